#include "files/footer_digest.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "files/digest_keys.h"

namespace sluice {
namespace {

constexpr std::string_view kKey = kFooterDigestKey;
constexpr std::string_view kKeyBefore = kIndexDigestKey;
constexpr std::string_view kName = "sluice version ";
/// Between the key and the digits: the header of the field that they are, and how many they are (thrift compact).
constexpr size_t kBeforeDigits = 2;
/// Behind the digits: the end of their entry, then the header of "created_by", and its length.
constexpr size_t kBeforeName = 3;
/// From the key to our name, and from the key of the entry before to the key.
constexpr size_t kKeyToName = kKey.size() + kBeforeDigits + kDigestDigits + kBeforeName;
constexpr size_t kKeyToKey = kKeyBefore.size() + kBeforeDigits + kDigestDigits + 1 + 2;

/// Whether most letters of `mark` stand at `at`: some may have been damaged.
bool resembles(std::string_view text, size_t at, std::string_view mark) {
  if (at > text.size() || mark.size() > text.size() - at) return false;
  size_t same = 0;
  for (size_t i = 0; i < mark.size(); ++i) same += text[at + i] == mark[i];
  return same * 4 >= mark.size() * 3;
}

/// Where the key of the digest begins, in a footer of ours. One of three marks must be whole to be found; the key and
/// our name may have been damaged, but stand where they should.
std::optional<size_t> find_key(std::string_view text) {
  const size_t key = text.rfind(kKey);
  const size_t key_before = text.rfind(kKeyBefore);
  const size_t name = text.rfind(kName);
  std::vector<size_t> places;
  if (key != std::string_view::npos) places.push_back(key);
  if (name != std::string_view::npos && name >= kKeyToName) places.push_back(name - kKeyToName);
  if (key_before != std::string_view::npos) places.push_back(key_before + kKeyToKey);
  for (const size_t at : places)
    if (resembles(text, at, kKey) && resembles(text, at + kKeyToName, kName)) return at;
  return std::nullopt;
}

/// Whether a chunk has a digest. Others do not copy the metadata of chunks: it tells of bytes that only their writer
/// knows.
bool has_digest(const ColumnChunk& chunk) {
  return chunk.meta_data && std::ranges::any_of(chunk.meta_data->key_value_metadata, [](const KeyValue& entry) {
           return entry.key.starts_with(kChunkDigestKey);
         });
}

}  // namespace

std::optional<FooterDigest> footer_digest(ByteSpan footer) {
  const std::string_view text = as_text(footer);
  const std::optional<size_t> key = find_key(text);
  if (!key) return std::nullopt;
  const size_t digits = *key + kKey.size() + kBeforeDigits;
  // The digits themselves count as zeros.
  RunningDigest digest;
  digest.add(footer.first(digits));
  digest.add(as_bytes(std::string(kDigestDigits, '0')));
  digest.add(footer.subspan(digits + kDigestDigits));
  return FooterDigest{std::string(text.substr(digits, kDigestDigits)), digest_text(digest.value())};
}

std::optional<std::string> sign_of_ours(const FileMetaData& file) {
  if (resembles(file.created_by.value_or(""), 0, kName)) return "the name of its writer, " + *file.created_by + ",";
  for (const KeyValue& entry : file.key_value_metadata)
    if (!file.created_by && entry.key.starts_with(kChunkDigestKey)) return "the key " + entry.key;
  for (const RowGroup& group : file.row_groups)
    if (std::ranges::any_of(group.columns, has_digest)) return "the digest of a column chunk";
  return std::nullopt;
}

}  // namespace sluice
