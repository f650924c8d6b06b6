// From messages to batches. (Arrow "Serialization and Interprocess Communication", dictionary messages.)
#include "arrow/ipc_reader.h"

#include <algorithm>
#include <utility>

#include "arrow/ipc_body.h"
#include "arrow/ipc_fault.h"
#include "sluice/error.h"

namespace sluice {
namespace {

// Rows that are made anew together, where memory allows.
constexpr int64_t kRowsAtOnce = 65'536;

// Whatever a batch was refused for is the fault of its source, not of a call.
[[noreturn]] void rethrow(const Error& error, const std::string& place) {
  const ErrorCode code = error.code() == ErrorCode::invalid ? ErrorCode::corrupt : error.code();
  throw Error(code, place + ": " + error.what(), error.place(), error.hint());
}

}  // namespace

IpcReader::IpcReader(IpcSchema schema, NextMessage next_message, IpcReaderLimits limits, bool dictionaries_change,
                     std::shared_ptr<Budget> budget)
    : next_message_(std::move(next_message)),
      limits_(limits),
      budget_(std::move(budget)),
      pending_account_(budget_),
      dictionaries_change_(dictionaries_change),
      forms_(std::move(schema)),
      schema_(std::make_shared<const Schema>(forms_.schema)),
      is_reformed_(std::ranges::any_of(forms_.fields, is_reformed)),
      rows_at_once_(kRowsAtOnce) {
  for (size_t i = 0; i < forms_.fields.size(); ++i) note_dictionaries((*schema_)[i], forms_.fields[i]);
}

void IpcReader::note_dictionaries(const Field& field, const IpcField& form) {
  for (size_t i = 0; i < form.children.size(); ++i) note_dictionaries(field.type.children()[i], form.children[i]);
  if (!form.dictionary) return;
  IpcField values = form;
  values.dictionary.reset();
  DictionaryForm known;
  known.schema = {Schema({Field{.name = field.name, .type = field.type}}), {std::move(values)}};
  known.proper = std::make_shared<const Schema>(known.schema.schema);
  const auto [entry, is_new] = dictionary_forms_.try_emplace(form.dictionary->id, std::move(known));
  const Type& type = entry->second.schema.schema[0].type;
  if (!is_new && !(type == field.type))
    fail_ipc("the dictionary " + std::to_string(form.dictionary->id) + " has values of type " + to_text(type) +
             ", but those of field \"" + field.name + "\" are of type " + to_text(field.type));
}

std::optional<Batch> IpcReader::next() {
  for (;;) {
    if (pending_begin_ < pending_.count) return next_part();
    pending_ = {};
    pending_account_.set(0);
    pending_begin_ = 0;
    const std::optional<IpcMessage> message = next_message_();
    if (!message) return std::nullopt;
    try {
      if (message->header == ipc::Header::schema) fail_ipc("a second schema, where rows should be");
      if (message->header == ipc::Header::dictionary_batch) {
        take_dictionary(*message);
        continue;
      }
      ++batches_;
      IpcRows rows = read_body(message->table(), *message, forms_);
      if (is_reformed_ || rows.bytes > limits_.shared_bytes) {
        pending_account_.set(rows.made_bytes);
        pending_ = std::move(rows);
        continue;
      }
      const RowsToTake all{.count = rows.count, .budget = budget_};
      Batch batch = take_rows(rows, all, forms_, schema_, dictionaries_).value();
      if (batch.rows() > 0) return batch;
    } catch (const Error& error) {
      rethrow(error, place_of(*message));
    }
  }
}

IpcRows IpcReader::read_body(const FlatTable& record_batch, const IpcMessage& message, const IpcSchema& schema) const {
  IpcBody body(record_batch, message.body, limits_.batch_bytes - std::min(limits_.batch_bytes, message.body->size()));
  return read_rows(body, schema);
}

// Fewer rows at a time, once values turn out to be long: a view or an index may stand for a text of any length.
Batch IpcReader::next_part() {
  try {
    for (;;) {
      const int64_t count = std::min(rows_at_once_, pending_.count - pending_begin_);
      const uint64_t bytes_max = count == 1 ? limits_.row_bytes : limits_.part_bytes;
      const RowsToTake part{pending_begin_, count, bytes_max, pending_.bytes > limits_.shared_bytes, budget_};
      std::optional<Batch> taken = take_rows(pending_, part, forms_, schema_, dictionaries_);
      if (!taken && count > 1) {
        rows_at_once_ = count / 2;
        continue;
      }
      if (!taken)
        throw Error(ErrorCode::data,
                    "row " + std::to_string(pending_begin_) + " unfolds to more than the " + std::to_string(bytes_max) +
                        " bytes that the memory budget allows it",
                    {.row = pending_begin_}, "A larger budget (--memory) allows larger rows.");
      pending_begin_ += count;
      return std::move(*taken);
    }
  } catch (const Error& error) {
    rethrow(error, "record batch " + std::to_string(batches_) + ", behind row " + std::to_string(pending_begin_));
  }
}

void IpcReader::take_dictionary(const IpcMessage& message) {
  const FlatTable table = message.table();
  const auto id = table.scalar<int64_t>(ipc::kDictionaryBatchId, 0);
  const bool is_delta = table.scalar<uint8_t>(ipc::kDictionaryBatchIsDelta, 0) != 0;
  const auto form = dictionary_forms_.find(id);
  if (form == dictionary_forms_.end()) fail_ipc("the dictionary " + std::to_string(id) + " is one of no field");
  const auto record_batch = table.table(ipc::kDictionaryBatchData);
  if (!record_batch) fail_ipc("the dictionary has no values");
  const IpcRows rows = read_body(*record_batch, message, form->second.schema);
  const RowsToTake all{.count = rows.count, .bytes_max = limits_.dictionary_bytes};
  const auto batch = take_rows(rows, all, form->second.schema, form->second.proper, dictionaries_);
  DictionaryValues& values = dictionaries_[id];
  if (!is_delta && !values.empty() && !dictionaries_change_)
    fail_ipc("the dictionary " + std::to_string(id) + " comes a second time, which no file allows");
  const uint64_t others = dictionary_bytes_ - values.bytes();
  const uint64_t bytes_max = limits_.dictionary_bytes - others;
  const bool fits =
      batch && (is_delta ? values.extend(batch->column(0), bytes_max) : values.replace(batch->column(0), bytes_max));
  dictionary_bytes_ = others + values.bytes();
  if (!fits || dictionary_bytes_ > limits_.dictionary_bytes)
    throw Error(ErrorCode::data,
                "the dictionaries have more than the " + std::to_string(limits_.dictionary_bytes) +
                    " bytes that the memory budget allows them",
                {}, "A larger budget (--memory) allows larger dictionaries.");
}

std::string IpcReader::place_of(const IpcMessage& message) const {
  const std::string at = " at byte " + std::to_string(message.offset);
  switch (message.header) {
    case ipc::Header::dictionary_batch: return "dictionary" + at;
    case ipc::Header::record_batch: return "record batch " + std::to_string(batches_) + at;
    default: return "message" + at;
  }
}

}  // namespace sluice
