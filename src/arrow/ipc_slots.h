// Where the fields of Arrow's FlatBuffers tables stand, and the values of their enumerations: as much as schemas need.
// (Arrow "Serialization and Interprocess Communication", Schema.fbs and Message.fbs.)
#pragma once

#include <cstdint>

namespace sluice::ipc {

inline constexpr uint32_t kContinuation = 0xFFFFFFFF;  ///< what every encapsulated message begins with
inline constexpr int16_t kMetadataV5 = 4;

enum class Header : uint8_t { none, schema, dictionary_batch, record_batch };

/// Type numbers of the union `Type`.
enum class TypeId : uint8_t {
  null = 1,
  integer = 2,
  floating_point = 3,
  binary = 4,
  utf8 = 5,
  boolean = 6,
  decimal = 7,
  date = 8,
  time = 9,
  timestamp = 10,
  interval = 11,
  list = 12,
  struct_ = 13,
  union_ = 14,
  fixed_binary = 15,
  fixed_list = 16,
  map = 17,
  duration = 18,
  large_binary = 19,
  large_utf8 = 20,
  large_list = 21,
  run_end_encoded = 22,
  binary_view = 23,
  utf8_view = 24,
  list_view = 25,
  large_list_view = 26,
};

inline constexpr int16_t kHalfPrecision = 0;
inline constexpr int16_t kSinglePrecision = 1;
inline constexpr int16_t kDoublePrecision = 2;
inline constexpr int16_t kDateDay = 0;
inline constexpr int16_t kDateMillisecond = 1;  ///< the default
inline constexpr int16_t kUnitMillisecond = 1;  ///< the default of times and durations
inline constexpr int32_t kTimeBits = 32;        ///< the default
inline constexpr int32_t kDecimalBits = 128;    ///< the default
inline constexpr int16_t kLittleEndian = 0;

enum MessageSlot { kMessageVersion, kMessageHeaderType, kMessageHeader, kMessageBodyLength };
enum SchemaSlot { kSchemaEndianness, kSchemaFields };
enum FieldSlot {
  kFieldName,
  kFieldNullable,
  kFieldTypeId,
  kFieldType,
  kFieldDictionary,
  kFieldChildren,
  kFieldMetadata,
};
enum DictionarySlot { kDictionaryId, kDictionaryIndexType, kDictionaryOrdered, kDictionaryKind };
enum KeyValueSlot { kKey, kValue };
enum IntSlot { kIntBitWidth, kIntIsSigned };
enum FloatSlot { kFloatPrecision };
enum DateSlot { kDateUnit };
enum TimestampSlot { kTimestampUnit, kTimestampZone };
enum TimeSlot { kTimeUnit, kTimeBitWidth };
enum DurationSlot { kDurationUnit };
enum DecimalSlot { kDecimalPrecision, kDecimalScale, kDecimalBitWidth };
enum FixedBinarySlot { kFixedBinaryBytes };
enum FixedListSlot { kFixedListSize };
enum MapSlot { kMapKeysSorted };

}  // namespace sluice::ipc
