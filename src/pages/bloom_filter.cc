#include "pages/bloom_filter.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>

#include "format/bloom_filter_header.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace sluice {
namespace {

// The specification's odd numbers, one for each lane.
constexpr std::array<uint32_t, 8> kSalts = {0x47b6'137b, 0x4497'4d91, 0x8824'ad5b, 0xa2b7'289d,
                                            0x7054'95c7, 0x2df1'424b, 0x9efc'4947, 0x5c6b'fb31};

uint32_t bit_of(uint64_t hash, size_t lane) {
  return uint32_t{1} << ((static_cast<uint32_t>(hash) * kSalts[lane]) >> 27);
}

// Without an instruction for it, so that eight lanes are counted side by side on every machine.
constexpr uint32_t count_bits(uint32_t bits) {
  bits -= bits >> 1 & 0x5555'5555;
  bits = (bits & 0x3333'3333) + (bits >> 2 & 0x3333'3333);
  bits = (bits + (bits >> 4)) & 0x0f0f'0f0f;
  bits += bits >> 8;
  bits += bits >> 16;
  return bits & 0x3f;
}

// How many of the 32^8 choices of one bit in each lane find all eight set.
constexpr uint64_t kChoices = uint64_t{1} << 40;
uint64_t matching_choices(const std::array<uint32_t, 8>& lanes) {
  std::array<uint32_t, 8> counts;
  for (size_t i = 0; i < lanes.size(); ++i) counts[i] = count_bits(lanes[i]);
  uint64_t product = 1;
  for (const uint32_t count : counts) product *= count;
  return product;
}

// No sum of matching choices over the blocks of a filter overflows.
static_assert(kBloomFilterBytesMax / BloomFilter::kBlockBytes <= uint64_t{1} << 23);

// The expected rate of a filter whose blocks hold `load` values each on average: how many a block has follows Poisson's
// law, and with k values a lane's bit is set with probability 1 - (31/32)^k.
double expected_rate(double load) {
  // Beyond, four of five absent values are let through: more than anybody asks for.
  if (load > 128) return 1;
  double rate = 0;
  double probability = std::exp(-load);
  double bit_unset = 1;
  const double values_max = load + 12 * std::sqrt(load) + 24;
  for (double values = 0; values <= values_max; ++values) {
    const double square = (1 - bit_unset) * (1 - bit_unset);
    rate += probability * square * square * square * square;
    probability *= load / (values + 1);
    bit_unset *= 31.0 / 32.0;
  }
  return rate;
}

std::array<uint32_t, 8> laid_over(const std::array<uint32_t, 8>& a, const std::array<uint32_t, 8>& b) {
  std::array<uint32_t, 8> both;
  for (size_t i = 0; i < both.size(); ++i) both[i] = a[i] | b[i];
  return both;
}

}  // namespace

uint64_t bloom_hash(ByteSpan plain) { return XXH64(plain.data(), plain.size(), 0); }

BloomFilter::BloomFilter(size_t bytes) : blocks_(bytes / kBlockBytes) {}

size_t BloomFilter::bytes_for(uint64_t values, double rate) {
  size_t bytes = kBlockBytes;
  while (bytes < kBloomFilterBytesMax) {
    const auto blocks = static_cast<double>(bytes / kBlockBytes);
    if (expected_rate(static_cast<double>(values) / blocks) <= rate) break;
    bytes *= 2;
  }
  return bytes;
}

void BloomFilter::insert(std::span<const uint64_t> hashes) {
  for (const uint64_t hash : hashes) {
    std::array<uint32_t, 8>& lanes = blocks_[block_of(hash)].lanes;
    for (size_t i = 0; i < lanes.size(); ++i) lanes[i] |= bit_of(hash, i);
  }
}

bool BloomFilter::contains(uint64_t hash) const {
  const std::array<uint32_t, 8>& lanes = blocks_[block_of(hash)].lanes;
  uint32_t missing = 0;
  for (size_t i = 0; i < lanes.size(); ++i) missing |= ~lanes[i] & bit_of(hash, i);
  return missing == 0;
}

double BloomFilter::false_positive_rate() const {
  uint64_t matching = 0;
  for (const Block& block : blocks_) matching += matching_choices(block.lanes);
  return static_cast<double>(matching) / static_cast<double>(kChoices) / static_cast<double>(blocks_.size());
}

void BloomFilter::fold(double rate) {
  while (blocks_.size() > 1) {
    const size_t half = blocks_.size() / 2;
    const double matching_max = rate * static_cast<double>(kChoices) * static_cast<double>(half);
    uint64_t matching = 0;
    for (size_t i = 0; i < half; ++i)
      matching += matching_choices(laid_over(blocks_[2 * i].lanes, blocks_[2 * i + 1].lanes));
    if (static_cast<double>(matching) > matching_max) break;
    for (size_t i = 0; i < half; ++i) blocks_[i].lanes = laid_over(blocks_[2 * i].lanes, blocks_[2 * i + 1].lanes);
    blocks_.resize(half);
  }
  blocks_.shrink_to_fit();
}

void BloomFilter::write(Bytes& out) const {
  ThriftWriter writer(out);
  BloomFilterHeader{.num_bytes = static_cast<int32_t>(bytes())}.write(writer);
  out.append(std::as_bytes(std::span(blocks_)));
}

BloomFilter BloomFilter::parse(ByteSpan bytes) {
  const auto [header, header_bytes] = read_bloom_filter_header(bytes);
  const auto fail = [at = header_bytes](const std::string& reason, bool ran_out = false) {
    throw ThriftError(at, reason, ran_out);
  };
  const auto size = static_cast<size_t>(header.num_bytes);
  if (header.algorithm != BloomFilterAlgorithm::split_block || header.hash != BloomFilterHash::xxhash ||
      header.compression != BloomFilterCompression::uncompressed)
    fail("a bloom filter has an algorithm, hash or compression that is not known here");
  if (size == 0 || size % kBlockBytes != 0 || size > kBloomFilterBytesMax)
    fail("a bloom filter has " + std::to_string(size) + " bytes of bits, expected a multiple of " +
         std::to_string(kBlockBytes) + " up to " + std::to_string(kBloomFilterBytesMax));
  if (size > bytes.size() - header_bytes) fail("a bloom filter ends early", true);
  BloomFilter out;
  out.blocks_.resize(size / kBlockBytes);
  std::memcpy(out.blocks_.data(), bytes.data() + header_bytes, size);
  return out;
}

}  // namespace sluice
