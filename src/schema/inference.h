// Types of fields from the values seen in them, without loss: any value that the inferred type cannot hold exactly
// sends the field to a wider type, and in the end to JSON, which keeps each value's own text. Knows nothing of parsers.
//
//   SchemaInference inference;
//   FieldGuess& root = inference.begin_record(1);          // {"id": 7, "tags": ["a"]}
//   root.child("id").observe_number(parse_number("7"));
//   FieldGuess& tags = root.child("tags");
//   if (tags.observe_array()) tags.element().observe_string("a");
//   InferredSchema found = inference.result();             // id int64, tags list<string>
//
// The rules, in full:
//   numbers   int64; else uint64; else, integers all, decimal(20,0) when none has more digits; else float64 when each
//             value survives it: reals as text (0.1 -> double -> "0.1"), integers of 64 bits by being equal, larger
//             ones by both; else json. "-0" is a real.
//   strings   date when all are; timestamp when all are and all or none end in "Z", the unit from the longest fraction
//             (3 digits ms, 6 us, 9 ns), nanoseconds only within 1677 to 2262; else string.
//   objects   struct; json when no field was ever in one.      arrays    list.
//   two kinds in one field: json.      no value but null: the null type.      every field is nullable.
// Where values are text by nature, as in CSV, string takes the place of json: it too keeps each value's own text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/number_text.h"
#include "schema/leaves.h"
#include "sluice/schema.h"

namespace sluice {

/// Leaf columns at the most: beyond this the keys of some object are data (ids, dates), and a column for each helps
/// nobody; the writer's promise about memory also ends here.
inline constexpr size_t kInferredLeavesMax = 10'000;

/// Fields of all levels at the most. It bounds memory where few leaves stand at the end of long paths.
inline constexpr size_t kInferredFieldsMax = 4 * kInferredLeavesMax;

struct InferredSchema {
  Schema schema;
  std::vector<InferenceNote> notes;  ///< in the order of the schema
};

class SchemaInference;

/// What is known so far of one field. Made by SchemaInference and by its parent; lives as long as the inference.
class FieldGuess {
 public:
  ~FieldGuess();
  FieldGuess(const FieldGuess&) = delete;
  FieldGuess& operator=(const FieldGuess&) = delete;

  void observe_null() { ++null_count_; }
  void observe_boolean() { see(ValueKind::boolean); }
  /// Requires a valid number.
  void observe_number(const NumberText& number);
  /// `value` is unescaped.
  void observe_string(std::string_view value);

  /// Begins an object, whose fields then go to `child`. False when the field has become JSON: what is inside does not
  /// matter any more, and `child` must not be called. Throws Error{data} past kSchemaDepthMax.
  [[nodiscard]] bool observe_object();
  /// The guess for the object's field of that name; at once where fields come in the order of the last object.
  /// Throws Error{data} past the limit of columns.
  FieldGuess& child(std::string_view name);

  /// Begins an array, whose values then go to `element`. False as above.
  [[nodiscard]] bool observe_array();
  FieldGuess& element();

  /// Values seen, nulls left out.
  int64_t value_count() const;
  int64_t null_count() const { return null_count_; }

 private:
  friend class SchemaInference;
  enum class ValueKind : uint8_t { boolean, number, text, object, array };
  static constexpr size_t kKinds = 5;

  /// Where the first value of some sort stood: the record, or 0 for none.
  struct Sightings {
    int64_t count = 0;
    int64_t first_record = 0;
  };
  struct Numbers {
    bool negative = false;       ///< some int64 below 0
    bool unsigned_only = false;  ///< some integer that only uint64 holds
    int64_t first_big = 0;       ///< record of the first integer beyond 64 bits
    size_t digits = 0;           ///< the most of any such integer
    bool fractions = false;      ///< some real
    int64_t first_inexact = 0;   ///< record of the first that no float64 keeps
  };
  struct Texts {
    bool plain = false;  ///< some text is neither date nor timestamp, or they do not go together: no more parsing
    uint8_t fraction_digits = 0;  ///< the most of any timestamp
    int64_t dates = 0;
    int64_t timestamps_utc = 0;
    int64_t timestamps_naive = 0;
    int64_t first_beyond_ns = 0;  ///< record of the first timestamp that int64 nanoseconds cannot hold
    int64_t first_plain = 0;      ///< record that made it plain
  };
  struct Members;

  FieldGuess(SchemaInference& inference, const FieldGuess* parent, std::string name);

  void see(ValueKind kind);
  void see_temporal(std::string_view value);
  std::unique_ptr<FieldGuess> make_inner(std::string name) const;
  size_t depth() const;
  std::string full_name() const;

  // What the values lead to; each appends its remark to `notes`, then those of what is inside.
  Type type(std::vector<InferenceNote>& notes) const;
  Type number_type(std::vector<InferenceNote>& notes) const;
  Type text_type(std::vector<InferenceNote>& notes) const;
  Type mixed_type(std::vector<InferenceNote>& notes) const;
  std::vector<Field> fields(std::vector<InferenceNote>& notes) const;
  void add_first_records(const std::string& name, std::map<std::string, int64_t>& records) const;

  SchemaInference* inference_;
  const FieldGuess* parent_;
  std::string name_;    ///< of a list's element: empty
  bool mixed_ = false;  ///< values of two kinds were seen
  int64_t null_count_ = 0;
  std::array<Sightings, kKinds> seen_{};
  Numbers numbers_;
  Texts texts_;
  std::unique_ptr<Members> members_;
  std::unique_ptr<FieldGuess> element_;
};

/// The guesses for all fields of a sequence of records.
class SchemaInference {
 public:
  /// `mixed` is json() or string(): the type that keeps any value's own text.
  explicit SchemaInference(Type mixed = json());
  ~SchemaInference();
  SchemaInference(const SchemaInference&) = delete;
  SchemaInference& operator=(const SchemaInference&) = delete;

  /// Turns to the next record, an object; its number, from 1, is what notes name. Returns the guess whose children are
  /// the columns.
  FieldGuess& begin_record(int64_t record);

  /// The schema so far, fields in order of their first appearance; empty when no record had a field.
  InferredSchema result() const;
  /// The record of the first value of each field that has one: "user.tags[]".
  std::map<std::string, int64_t> first_records() const;

 private:
  friend class FieldGuess;
  const Type mixed_;
  int64_t record_ = 0;
  size_t leaves_ = 0;
  size_t fields_ = 0;
  std::unique_ptr<FieldGuess> root_;
};

}  // namespace sluice
