// Bodies of messages in other layouts than ours: 64-bit offsets and views at any depth, narrow and wide decimals, what
// contradicts itself in them, and the types that are not built.
#include <flatbuffers/flatbuffers.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "arrow/ipc_bytes.h"
#include "support/draw.h"
#include "support/random_batches.h"
#include "support/random_table.h"

namespace sluice::ipc_forms_test {
namespace {

using test::as_string;
using test::MessageMaker;
using test::RawBatch;
using test::read_stream;
using test::sentence_of;
using test::show_batches;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr uint64_t kSeed = 5;
constexpr size_t kInlineBytes = 12;

// --- our own messages, with other layouts put into them

/// One for each field, in the order of nodes.
using Forms = std::vector<ArrayForm>;

void draw_forms(test::Draw& draw, std::span<const Field> fields, Forms& forms) {
  for (const Field& field : fields) {
    const TypeKind kind = field.type.kind();
    ArrayForm form = ArrayForm::plain;
    if (is_text(kind)) form = static_cast<ArrayForm>(draw.below(3));
    if (kind == TypeKind::list && draw.chance(50)) form = ArrayForm::large;
    forms.push_back(form);
    draw_forms(draw, field.type.children(), forms);
  }
}

ipc::TypeId type_id(ipc::TypeId plain, ArrayForm form) {
  if (form == ArrayForm::plain) return plain;
  const bool is_large = form == ArrayForm::large;
  switch (plain) {
    case ipc::TypeId::utf8: return is_large ? ipc::TypeId::large_utf8 : ipc::TypeId::utf8_view;
    case ipc::TypeId::binary: return is_large ? ipc::TypeId::large_binary : ipc::TypeId::binary_view;
    default: return ipc::TypeId::large_list;
  }
}

using FlatVector = flatbuffers::Vector<flatbuffers::Offset<flatbuffers::Table>>;

// These types have no parameters, so that their numbers can be changed where they stand.
void set_types(FlatVector* fields, const Forms& forms, size_t& next) {
  for (flatbuffers::uoffset_t i = 0; fields != nullptr && i < fields->size(); ++i) {
    auto* const field = const_cast<flatbuffers::Table*>(fields->Get(i));
    uint8_t* const id = field->GetAddressOf(test::slot(ipc::kFieldTypeId));
    *id = static_cast<uint8_t>(type_id(static_cast<ipc::TypeId>(*id), forms[next++]));
    set_types(field->GetPointer<FlatVector*>(test::slot(ipc::kFieldChildren)), forms, next);
  }
}

std::string schema_with(const Schema& schema, const Forms& forms) {
  std::string message(encode_schema_message(schema).view());
  auto* const root = flatbuffers::GetMutableRoot<flatbuffers::Table>(message.data() + 8);
  auto* const header = root->GetPointer<flatbuffers::Table*>(test::slot(ipc::kMessageHeader));
  size_t next = 0;
  set_types(header->GetPointer<FlatVector*>(test::slot(ipc::kSchemaFields)), forms, next);
  return message;
}

std::string widened(const std::string& offsets, int64_t more) {
  std::string wide;
  for (size_t at = 0; at < offsets.size(); at += sizeof(int32_t)) {
    const int64_t offset = load<int32_t>(offsets.data() + at) + more;
    wide += as_string(&offset, sizeof offset);
  }
  return wide;
}

std::string view_of(const std::string& text, int32_t buffer, size_t offset) {
  const auto size = static_cast<int32_t>(text.size());
  std::string view = as_string(&size, sizeof size) + text.substr(0, text.size() <= kInlineBytes ? kInlineBytes : 4);
  if (text.size() > kInlineBytes) {
    const int32_t place[] = {buffer, static_cast<int32_t>(offset)};
    view += as_string(place, sizeof place);
  }
  view.resize(16);
  return view;
}

/// Takes nodes and buffers of our own layout in their order, and appends others.
class Reformer {
 public:
  Reformer(test::Draw& draw, const Forms& forms, RawBatch plain)
      : draw_(draw), forms_(forms), plain_(std::move(plain)) {
    out_.rows = plain_.rows;
    out_.nodes = plain_.nodes;
  }

  RawBatch reform(const Schema& schema) {
    for (const Field& field : schema.fields()) add(field);
    return std::move(out_);
  }

 private:
  void add(const Field& field) {
    const TypeKind kind = field.type.kind();
    const ArrayForm form = forms_[next_form_++];
    const int64_t length = plain_.nodes[next_node_++].length;
    if (kind != TypeKind::null) keep();
    if (is_text(kind)) {
      add_text(form, length);
    } else if (has_offsets(kind)) {
      out_.buffers.push_back(form == ArrayForm::large ? widened(take(), 0) : take());
    } else if (!field.type.is_nested() && kind != TypeKind::null) {
      keep();
    }
    for (const Field& child : field.type.children()) add(child);
  }

  void add_text(ArrayForm form, int64_t length) {
    const std::string offsets = take();
    const std::string bytes = take();
    if (form == ArrayForm::plain) {
      out_.buffers.insert(out_.buffers.end(), {offsets, bytes});
    } else if (form == ArrayForm::large) {
      const size_t before = draw_.below(20);  // bytes that no offset uses
      out_.buffers.insert(out_.buffers.end(),
                          {widened(offsets, static_cast<int64_t>(before)), std::string(before, '-') + bytes});
    } else {
      add_views(offsets, bytes, length);
    }
  }

  void add_views(const std::string& offsets, const std::string& bytes, int64_t length) {
    std::vector<std::string> data(1 + draw_.below(3));
    std::string views;
    for (size_t i = 0; i < static_cast<size_t>(length); ++i) {
      const auto begin = load<int32_t>(offsets.data() + i * sizeof(int32_t));
      const auto end = load<int32_t>(offsets.data() + (i + 1) * sizeof(int32_t));
      const std::string text = bytes.substr(static_cast<size_t>(begin), static_cast<size_t>(end - begin));
      const size_t buffer = draw_.below(data.size());
      const size_t known = data[buffer].find(text);  // views may share
      views += view_of(text, static_cast<int32_t>(buffer), known == std::string::npos ? data[buffer].size() : known);
      if (text.size() > kInlineBytes && known == std::string::npos) data[buffer] += text;
    }
    out_.buffers.push_back(views);
    out_.buffers.insert(out_.buffers.end(), data.begin(), data.end());
    out_.view_buffers.push_back(static_cast<int64_t>(data.size()));
  }

  std::string take() { return plain_.buffers[next_buffer_++]; }
  void keep() { out_.buffers.push_back(take()); }

  test::Draw& draw_;
  const Forms& forms_;
  RawBatch plain_;
  RawBatch out_;
  size_t next_form_ = 0;
  size_t next_node_ = 0;
  size_t next_buffer_ = 0;
};

TEST(IpcForms, BringBackRandomTables) {
  for (uint64_t i = 0; i < 200; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw draw(kSeed, i);
    const test::RandomTable table =
        test::draw_table(draw, {.rows_max = 300, .leaves_max = 1'000, .leaves_max_large = 3'000});
    const std::vector<Batch> batches = test::draw_batches(draw, table, true);
    Forms forms;
    draw_forms(draw, table.schema.fields(), forms);
    std::string stream = schema_with(table.schema, forms);
    for (const Batch& batch : batches) {
      RawBatch raw = Reformer(draw, forms, test::raw_batch(batch)).reform(table.schema);
      if (draw.chance(30)) raw = test::compress(std::move(raw), ipc::kZstd);
      stream += MessageMaker().record_batch(raw);
    }
    IpcReaderLimits limits = test::kRoomyReaderLimits;
    if (draw.chance(50)) limits.part_bytes = 1 << draw.below(16);
    if (draw.chance(30)) limits.shared_bytes = draw.below(1'000);
    const std::vector<Batch> read = read_stream(stream, limits);
    for (const Batch& batch : read) ASSERT_EQ(batch.schema(), table.schema);
    if (table.rows > 0) {
      ASSERT_EQ(show_batches(read), show_batches(batches));
    }
  }
}

TEST(IpcForms, SurviveRandomChanges) {
  test::Draw draw(kSeed, 0);
  const test::RandomTable table = test::draw_table(draw, {.rows_max = 12, .leaves_max = 30, .leaves_max_large = 30});
  Forms forms;
  draw_forms(draw, table.schema.fields(), forms);
  std::string stream = schema_with(table.schema, forms);
  for (const Batch& batch : test::draw_batches(draw, table, true))
    stream += MessageMaker().record_batch(Reformer(draw, forms, test::raw_batch(batch)).reform(table.schema));
  uint64_t refused = 0;
  constexpr uint64_t kCases = 5'000;
  for (uint64_t i = 1; i <= kCases; ++i) {
    SCOPED_TRACE("seed " + std::to_string(kSeed) + ", case " + std::to_string(i));
    test::Draw change(kSeed, i);
    std::string changed = stream;
    for (int64_t changes = change.magnitude(8); changes > 0; --changes) {
      constexpr int64_t kNumbers[] = {0, 1, -1, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN, 1 << 16};
      const size_t at = change.below(changed.size() - 8);
      if (change.chance(50))
        changed[at] = static_cast<char>(change.bits());
      else
        changed.replace(at / 8 * 8, 8, as_string(&kNumbers[change.below(std::size(kNumbers))], 8));
    }
    refused += sentence_of([&] { read_stream(changed); }).empty() ? 0 : 1;
  }
  EXPECT_GT(refused, kCases / 10);
}

// --- one column, by hand

RawBatch one_column(int64_t rows, std::vector<std::string> buffers) {
  return {.rows = rows, .nodes = {{rows, 0}}, .buffers = std::move(buffers)};
}

std::string stream_of(ArrayForm form, const Type& plain, const RawBatch& raw) {
  return schema_with(Schema{{"a", plain}}, {form}) + MessageMaker().record_batch(raw);
}

std::string refusal(ArrayForm form, const Type& plain, const RawBatch& raw) {
  return sentence_of([&] { read_stream(stream_of(form, plain, raw)); });
}

std::string wide_offsets(const std::vector<int64_t>& offsets) {
  return as_string(offsets.data(), offsets.size() * sizeof(int64_t));
}

TEST(IpcForms, WideOffsetsMayLieBeyond32Bits) {
  // Rows whose bytes are too many together are taken in parts; the bytes need not be there to find that out.
  const int64_t far = int64_t{3} << 30;
  const std::string refused = refusal(ArrayForm::large, string(), one_column(2, {"", wide_offsets({0, 1, far}), "x"}));
  EXPECT_THAT(refused, HasSubstr("behind row 1: column \"a\" has more than 2^31-1 bytes in one batch"));
}

TEST(IpcForms, WideOffsetsThatLie) {
  const auto refused = [](const std::vector<int64_t>& offsets, int64_t rows) {
    return refusal(ArrayForm::large, string(), one_column(rows, {"", wide_offsets(offsets), "abc"}));
  };
  EXPECT_EQ(refused({0, 1, 3}, 2), "");
  EXPECT_THAT(refused({0, 3, 1}, 2), HasSubstr("column \"a\" has offsets that descend, or are negative"));
  EXPECT_THAT(refused({-1, 1, 3}, 2), HasSubstr("descend, or are negative"));
  EXPECT_THAT(refused({INT64_MAX, INT64_MIN, 3}, 2), HasSubstr("descend, or are negative"));
  EXPECT_THAT(refused({0, 1, 4}, 2), HasSubstr("has an offset of 4 where only 3 bytes are"));
  EXPECT_THAT(refused({0, 1, 3}, 3), HasSubstr("has 24 bytes of offsets where 32 are needed"));
}

TEST(IpcForms, ViewsThatLie) {
  const std::string text = "a text of some length";
  const auto refused = [&](const std::string& view, std::vector<int64_t> counts = {1}) {
    RawBatch raw = one_column(1, {"", view, text});
    raw.view_buffers = std::move(counts);
    return refusal(ArrayForm::view, string(), raw);
  };
  EXPECT_EQ(refused(view_of(text, 0, 0)), "");
  EXPECT_THAT(refused(view_of(text, 1, 0)), HasSubstr("column \"a\" has a view into buffer 1 of 1"));
  EXPECT_THAT(refused(view_of(text, 0, 1)), HasSubstr("has a view beyond its buffer of 21 bytes"));
  EXPECT_THAT(refused(view_of(text, 0, 0).substr(1)), HasSubstr("has 15 bytes of views where 16 are needed"));
  EXPECT_THAT(refused(std::string(16, '\xff')), HasSubstr("has a view of -1 bytes"));
  EXPECT_THAT(refused(view_of(text, 0, 0), {}), HasSubstr("does not say into how many buffers"));
  EXPECT_THAT(refused(view_of(text, 0, 0), {2}), HasSubstr("views into 2 buffers where the message has 1"));
  EXPECT_THAT(refused(view_of(text, 0, 0), {-1}), HasSubstr("views into -1 buffers"));
  EXPECT_THAT(refused(view_of(text, 0, 0), {INT64_MAX}), HasSubstr("where the message has 1 left"));
  EXPECT_THAT(refused(view_of(text, 0, 0), {0}), HasSubstr("1 buffers too many"));
  EXPECT_THAT(refused(view_of(text, 0, 0), {1, 0}), HasSubstr("counts the buffers of more columns"));
}

TEST(IpcForms, ViewsOfOneTextUnfoldInParts) {
  const std::string text(1'000, 'x');
  std::string views;
  for (int i = 0; i < 500; ++i) views += view_of(text, 0, 0);
  RawBatch raw = one_column(500, {"", views, text});
  raw.view_buffers = {1};
  IpcReaderLimits limits = test::kRoomyReaderLimits;
  limits.part_bytes = limits.row_bytes = 100'000;
  int64_t rows = 0;
  for (const Batch& batch : read_stream(stream_of(ArrayForm::view, string(), raw), limits)) {
    EXPECT_LE(batch.column(0).values.size(), 100'000u);
    rows += batch.rows();
  }
  EXPECT_EQ(rows, 500);
  limits.row_bytes = 1'000;
  limits.part_bytes = 1'000;
  EXPECT_THAT(sentence_of([&] { read_stream(stream_of(ArrayForm::view, string(), raw), limits); }),
              HasSubstr("row 0 unfolds to more than the 1000 bytes"));
}

// --- types with parameters

/// A schema of one field "a" of a type with numbers in its table.
std::string schema_of_type(ipc::TypeId id, const std::vector<std::pair<int, int32_t>>& numbers = {}) {
  flatbuffers::FlatBufferBuilder out;
  const auto type_start = out.StartTable();
  for (const auto& [slot, number] : numbers) out.AddElement<int32_t>(test::slot(slot), number, 0);
  const test::FlatOffset type(out.EndTable(type_start));
  const auto name = out.CreateString("a");
  const auto field_start = out.StartTable();
  out.AddOffset(test::slot(ipc::kFieldName), name);
  out.AddElement<uint8_t>(test::slot(ipc::kFieldTypeId), static_cast<uint8_t>(id), 0);
  out.AddOffset(test::slot(ipc::kFieldType), type);
  const test::FlatOffset field(out.EndTable(field_start));
  const auto fields = out.CreateVector(&field, 1);
  const auto schema_start = out.StartTable();
  out.AddOffset(test::slot(ipc::kSchemaFields), fields);
  const test::FlatOffset schema(out.EndTable(schema_start));
  const auto start = out.StartTable();
  out.AddElement<int16_t>(test::slot(ipc::kMessageVersion), ipc::kMetadataV5, 0);
  out.AddElement<uint8_t>(test::slot(ipc::kMessageHeaderType), static_cast<uint8_t>(ipc::Header::schema), 0);
  out.AddOffset(test::slot(ipc::kMessageHeader), schema);
  out.Finish(test::FlatOffset(out.EndTable(start)));
  std::string metadata = as_string(out.GetBufferPointer(), out.GetSize());
  metadata.resize((metadata.size() + 7) / 8 * 8);
  const uint32_t prefix[] = {ipc::kContinuation, static_cast<uint32_t>(metadata.size())};
  return as_string(prefix, sizeof prefix) + metadata;
}

std::string decimal_schema(int32_t precision, int32_t scale, int32_t bits) {
  return schema_of_type(
      ipc::TypeId::decimal,
      {{ipc::kDecimalPrecision, precision}, {ipc::kDecimalScale, scale}, {ipc::kDecimalBitWidth, bits}});
}

TEST(IpcForms, NarrowAndWideDecimals) {
  const auto read = [](const std::string& schema, const std::string& values, int64_t rows) {
    return show_batches(read_stream(schema + MessageMaker().record_batch(one_column(rows, {"", values}))));
  };
  const int32_t narrow[] = {-150, 999'999'999};
  EXPECT_THAT(read(decimal_schema(9, 2, 32), as_string(narrow, 8), 2), ElementsAre(ElementsAre("-1.50", "9999999.99")));
  const int64_t eight[] = {-1};
  EXPECT_THAT(read(decimal_schema(18, 0, 64), as_string(eight, 8), 1), ElementsAre(ElementsAre("-1")));
  const int64_t wide[] = {5, 0, 0, 0};
  EXPECT_THAT(read(decimal_schema(20, 0, 256), as_string(wide, 32), 1), ElementsAre(ElementsAre("5")));
  EXPECT_THAT(sentence_of([&] { read(decimal_schema(9, 2, 32), as_string(narrow, 7), 2); }),
              HasSubstr("column \"a\" has 7 bytes of values where 8 are needed"));
}

// Their unit is the one that stands for none.
TEST(IpcForms, DatesInMilliseconds) {
  const auto read = [](const std::vector<int64_t>& values, size_t bytes) {
    return show_batches(read_stream(schema_of_type(ipc::TypeId::date) +
                                    MessageMaker().record_batch(one_column(static_cast<int64_t>(values.size()),
                                                                           {"", as_string(values.data(), bytes)}))));
  };
  EXPECT_THAT(read({0, -86'400'000, 172'800'000}, 24), ElementsAre(ElementsAre("0", "-1", "2")));
  EXPECT_THAT(sentence_of([&] {
                read({0, 43'200'000}, 16);
              }),
              HasSubstr("column \"a\" has dates in milliseconds, and at its value 1 there are 43200000"));
  EXPECT_THAT(sentence_of([&] {
                read({0, INT64_MIN / 86'400'000 * 86'400'000}, 16);
              }),
              HasSubstr("beyond those of 32 bits"));
  EXPECT_THAT(sentence_of([&] { read({0, 0}, 15); }), HasSubstr("has 15 bytes of values where 16 are needed"));
}

TEST(IpcForms, NameWhatIsNotBuilt) {
  const auto refused = [](ipc::TypeId id) { return sentence_of([&] { read_stream(schema_of_type(id)); }); };
  const std::string field = "field \"a\" of the Arrow schema ";
  EXPECT_EQ(refused(ipc::TypeId::interval), field + "is an interval, which is not built yet");
  EXPECT_EQ(refused(ipc::TypeId::union_), field + "is a union, which is not built yet");
  EXPECT_EQ(refused(ipc::TypeId::run_end_encoded), field + "is run-end encoded, which is not built yet");
  for (const ArrayForm form : {ArrayForm::view, ArrayForm::large_view}) {
    std::string message = schema_with(Schema{{"a", list(int32())}}, {ArrayForm::large, ArrayForm::plain});
    const auto id = static_cast<char>(form == ArrayForm::view ? ipc::TypeId::list_view : ipc::TypeId::large_list_view);
    message[message.find(static_cast<char>(ipc::TypeId::large_list))] = id;
    EXPECT_THAT(sentence_of([&] { read_stream(message); }),
                HasSubstr(field + "is a list view, which is not built yet"));
  }
}

}  // namespace
}  // namespace sluice::ipc_forms_test
