// Where the fields of the FlatBuffers tables stand that describe rows: record batches, dictionary batches, and the
// footer of a file. (Arrow "Serialization and Interprocess Communication", Message.fbs and File.fbs.)
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::ipc {

inline constexpr int16_t kMetadataV4 = 3;       ///< the oldest that is read: before it, the layouts were others
inline constexpr char kFileMagic[] = "ARROW1";  ///< without its zero: the first and the last bytes of a file
inline constexpr size_t kFileMagicBytes = 6;
inline constexpr size_t kFileStartBytes = 8;  ///< the magic, padded

enum RecordBatchSlot { kBatchLength, kBatchNodes, kBatchBuffers, kBatchCompression, kBatchViewBuffers };
enum DictionaryBatchSlot { kDictionaryBatchId, kDictionaryBatchData, kDictionaryBatchIsDelta };
enum CompressionSlot { kCompressionCodec, kCompressionMethod };
enum FooterSlot { kFooterVersion, kFooterSchema, kFooterDictionaries, kFooterBatches };

inline constexpr uint8_t kLz4Frame = 0;
inline constexpr uint8_t kZstd = 1;

/// A value of the vector kBatchNodes.
struct FieldNode {
  int64_t length;
  int64_t null_count;
};

/// A value of the vector kBatchBuffers: a range of the body.
struct BufferRange {
  int64_t offset;
  int64_t length;
};

/// A value of the vectors of a footer: where a message stands.
struct Block {
  int64_t offset;
  int32_t metadata_bytes;  ///< with what stands before the FlatBuffer
  int32_t padding;
  int64_t body_bytes;
};
static_assert(sizeof(FieldNode) == 16 && sizeof(BufferRange) == 16 && sizeof(Block) == 24);

}  // namespace sluice::ipc
