// What one writer of a column tells others, so that these need not find it out again: how its values are best encoded,
// and how pages have shrunk so far.
#include "pages/chunk_writer.h"

namespace sluice {

ChunkLearnt ChunkWriter::learnt() const {
  ChunkLearnt learnt{{}, is_foretold_, page_shrink_, tail_shrink_, dictionary_shrink_, bloom_share_};
  const EncodingChoice* const choice = std::visit([](const auto& encoder) { return encoder.choice(); }, encoder_);
  if (choice) learnt.choice.emplace(EncodingRules(), nullptr).learn_from(*choice);  // not the scratch memory
  return learnt;
}

void ChunkWriter::learn_from(const ChunkLearnt& learnt) {
  is_foretold_ = learnt.is_foretold;
  page_shrink_ = learnt.page_shrink;
  tail_shrink_ = learnt.tail_shrink;
  dictionary_shrink_ = learnt.dictionary_shrink;
  bloom_share_ = learnt.bloom_share;
  if (learnt.choice) std::visit([&](auto& encoder) { encoder.learn_from(*learnt.choice); }, encoder_);
}

}  // namespace sluice
