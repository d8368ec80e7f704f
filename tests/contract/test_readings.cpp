#include "contract/test_readings.hpp"

#include <algorithm>

namespace cantrail::contract {
namespace {

constexpr std::int64_t kPerTime = 5;  // rows of one time
constexpr std::int64_t kFirstOfB = 40, kGrows = 80;
constexpr std::int64_t kPicture = 17;  // every so many rows

std::shared_ptr<const RowSchema> schema(const char* name, bool grown) {
  auto row = std::make_shared<RowSchema>();
  row->name = name;
  for (const char* field : {"number", "picture", "more"}) {
    if (!grown && field == std::string_view("more")) continue;
    row->fields.emplace_back().name = field;
    row->fields.back().type = field == std::string_view("picture") ? FieldType::blob : FieldType::i64;
    row->fields.back().optional = field == std::string_view("picture");
  }
  return row;
}

class TestReadings final : public FrameSource {
 public:
  TestReadings(std::int64_t rows, Flaw flaw) : rows_(rows), flaw_(flaw) {}

  [[nodiscard]] SourceTraits traits() const override { return {.can_wait = true, .resumes = true}; }

  Status open(const SourceContext& context, const std::optional<SourcePosition>& resume_at) override {
    if (rows_ == 0) return {FaultKind::unavailable, "there is nothing to read"};
    context_.emplace(context);
    next_ = resume_at ? std::stoll(*resume_at) : 0;
    return {};
  }

  // Runs of rows of one stream and one schema, a block each.
  Result<ReadOutcome> read(FrameBuilder& builder, MonoTime) override {
    while (next_ < rows_ && flaw_ != Flaw::never_gets_on) {
      const std::int64_t end = std::min({rows_, end_of_run(), next_ + most(builder)});
      std::vector<Digest> blobs;
      StreamBlock block = make(next_, end, blobs);
      if (end == next_) break;
      const bool taken = flaw_ == Flaw::rows_over_the_limit ? add_anyway(builder, block)
                                                            : builder.add_rows(std::move(block));
      if (!taken && flaw_ == Flaw::loses_rows_at_a_cut) next_ = end;
      if (!taken) break;
      if (flaw_ != Flaw::forgets_its_blobs) {
        for (const Digest& digest : blobs) builder.add_blob(digest);
      }
      next_ = end;
    }
    builder.set_source_position(std::to_string(next_));
    return next_ < rows_ ? ReadOutcome::more : ReadOutcome::ended;
  }

  void ack(const SourcePosition&) override {}
  void close() override {}

 private:
  // A careless source does not ask what there is room for, and is refused.
  [[nodiscard]] std::int64_t most(const FrameBuilder& builder) const {
    if (flaw_ == Flaw::rows_over_the_limit) return rows_;
    if (flaw_ == Flaw::loses_rows_at_a_cut) return 1;
    return static_cast<std::int64_t>(builder.row_room().rows);
  }

  static bool add_anyway(FrameBuilder& builder, StreamBlock& block) {
    builder.batch()->rows.push_back(std::move(block));
    return true;
  }

  [[nodiscard]] std::int64_t end_of_run() const {
    if (next_ < kFirstOfB) return kFirstOfB;
    return next_ < kGrows ? std::min(kGrows, next_ + 1) : next_ + 1;
  }

  StreamBlock make(std::int64_t from, std::int64_t to, std::vector<Digest>& blobs) {
    const bool is_b = from >= kFirstOfB && from % 2 == 0;
    const bool grown = !is_b && from >= kGrows;
    const auto row_schema = schema(is_b ? "B" : "A", grown);
    const auto stream = context_->channels.stream(context_->id, std::nullopt, row_schema);
    const std::size_t fields =
        row_schema->fields.size() - (grown && flaw_ == Flaw::rows_of_an_old_schema ? 1 : 0);
    StreamBlock block;
    block.reset(flaw_ == Flaw::rows_of_no_stream ? 77 : *stream, fields, static_cast<std::size_t>(to - from),
                false);
    const auto pictures = block.make_validity(1, false);
    for (std::int64_t number = from; number < to; ++number) {
      const auto row = static_cast<std::size_t>(number - from);
      block.time_ns()[row] = flaw_ == Flaw::times_go_back ? -number : number / kPerTime;
      block.i64(0)[row] = number;
      if (fields == 3) block.i64(2)[row] = -number;
      block.u64(1)[row] = 0;
      if (number % kPicture != 0) continue;
      const std::string content(70'000, static_cast<char>(number));
      const auto reference = context_->blobs->put(std::as_bytes(std::span(content)));
      block.set_blob(1, row, *reference);
      pictures[row / 64] |= std::uint64_t{1} << row % 64;
      blobs.push_back(reference->digest);
    }
    // Two rows of one time change places, unless a cut parts them.
    if (flaw_ == Flaw::swaps_equal_times && from % kPerTime == 0 && to - from > 1) {
      std::swap(block.i64(0)[0], block.i64(0)[1]);
    }
    return block;
  }

  const std::int64_t rows_;
  const Flaw flaw_;
  std::optional<SourceContext> context_;
  std::int64_t next_ = 0;
};

}  // namespace

void TestReadingsConfig::describe(OptionVisitor& visitor) {
  visitor.option({"rows", "How many there are", &rows_});
}

std::unique_ptr<FrameSource> TestReadingsConfig::make() const {
  return std::make_unique<TestReadings>(rows_, flaw_);
}

}  // namespace cantrail::contract
