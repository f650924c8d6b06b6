// Fewer columns and rows of a stream: each batch is held against the condition, projected, then filtered, so that
// nothing is copied that is not kept.
#include "sluice/select.h"

#include <algorithm>
#include <utility>

#include "columns/bound_predicate.h"
#include "columns/projection.h"
#include "columns/selection.h"

namespace sluice {
inline namespace v0 {
namespace {

/// Rows that are looked at together. Batches of sources have fewer; one that has many more, all of them null, takes no
/// memory, but a bit for each row would.
constexpr int64_t kRowsMax = int64_t{1} << 20;

class SelectStream : public BatchStream {
 public:
  SelectStream(std::unique_ptr<BatchStream> stream, SelectOptions options)
      : stream_(std::move(stream)), options_(std::move(options)) {
    bind(stream_->schema());
  }

  const Schema& schema() const override { return projection_ ? *projection_->schema() : stream_->schema(); }

  std::optional<RelationBatch> next() override {
    if (begin_ == rest_.batch.rows()) {
      std::optional<RelationBatch> batch = stream_->next();
      if (!batch) {
        bind(stream_->schema());  // it may have grown without a further row
        return std::nullopt;
      }
      take(std::move(*batch));
    }
    const int64_t count = std::min(rest_.batch.rows() - begin_, kRowsMax);
    const bool is_whole = count == rest_.batch.rows();
    const Batch part = is_whole ? rest_.batch : rest_.batch.slice(begin_, count);
    begin_ += count;
    return RelationBatch{rest_.relation, selected(part)};
  }

 private:
  void take(RelationBatch batch) {
    rest_ = std::move(batch);
    begin_ = 0;
    if (rest_.batch.shared_schema() == bound_) return;
    bound_ = rest_.batch.shared_schema();
    bind(*bound_);
  }

  /// Schemas of batches come and go with them, and are mostly equal.
  void bind(const Schema& schema) {
    if (is_bound_ && schema == bound_schema_) return;
    if (options_.where) where_.emplace(*options_.where, schema);
    if (!options_.columns.empty()) projection_.emplace(schema, options_.columns);
    bound_schema_ = schema;
    is_bound_ = true;
  }

  Batch selected(const Batch& batch) {
    if (!where_) return projection_->project(batch);
    const Selection selection = where_->select(batch);
    return filter_.filter(projection_ ? projection_->project(batch) : batch, selection);
  }

  std::unique_ptr<BatchStream> stream_;
  SelectOptions options_;
  std::shared_ptr<const Schema> bound_;  ///< of the batch seen last
  Schema bound_schema_;
  bool is_bound_ = false;
  std::optional<BoundPredicate> where_;
  std::optional<Projection> projection_;
  RowFilter filter_;
  RelationBatch rest_;  ///< the batch at hand, of which rows from `begin_` on are left
  int64_t begin_ = 0;
};

}  // namespace

std::unique_ptr<BatchStream> select(std::unique_ptr<BatchStream> stream, SelectOptions options) {
  if (options.columns.empty() && !options.where) return stream;
  return std::make_unique<SelectStream>(std::move(stream), std::move(options));
}

}  // namespace v0
}  // namespace sluice
