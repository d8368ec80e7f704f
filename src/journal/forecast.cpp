#include "journal/forecast.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "journal/batch_codec.hpp"

namespace cantrail {
namespace {

constexpr double kSealAfterSeconds = 0.002;
constexpr std::size_t kMostFrames = 512;  // of a sample batch: from there on a frame takes the same

class Sample {
 public:
  explicit Sample(std::string_view source_name) : source_name_(source_name) {}

  double bytes(const RawBatch& batch) {
    return encoder_.prepare(batch, source_name_) ? static_cast<double>(encoder_.bytes()) : 0;
  }

  // Of batches with so many frames, in the mixture of the rates; the mean over several.
  double bytes_with(std::size_t count, std::span<const FrameRate> rates, double all) {
    constexpr std::size_t kBatches = 32;
    constexpr std::array<std::uint8_t, kMaxFrameBytes> kData{};
    double sum = 0;
    for (std::size_t n = 0; n < kBatches; ++n) {
      RawBatch batch;
      for (std::size_t i = 0; i < count; ++i) {
        // Spread over the mixture as its shares are: the multiples of the golden ratio fall evenly.
        const double place = std::fmod(static_cast<double>(n * count + i) * 0.6180339887498949, 1.0) * all;
        const FrameRate& rate = at(rates, place);
        const std::size_t length = std::min<std::size_t>(rate.length_bytes, kMaxFrameBytes);
        batch.frames.append({WallTime{static_cast<std::int64_t>(i)}, rate.can_id, 0, 0,
                             static_cast<std::uint8_t>(length), std::span(kData).first(length)});
      }
      sum += bytes(batch);
    }
    return sum / kBatches;
  }

  double bytes_of(const RowSchema& row) {
    RawBatch batch;
    batch.rows.emplace_back().reset(0, row.fields.size(), 1, false);
    return bytes(batch);
  }

 private:
  static const FrameRate& at(std::span<const FrameRate> rates, double place) {
    for (const FrameRate& rate : rates) {
      place -= rate.per_second;
      if (place < 0) return rate;
    }
    return rates.back();
  }

  std::string_view source_name_;
  journal::BatchEncoder encoder_;
};

}  // namespace

double journal_bytes_per_s(std::string_view source_name, std::span<const FrameRate> frames,
                           std::span<const StreamRate> rows) {
  Sample sample(source_name);
  double frames_per_s = 0, bytes_per_s = 0;
  for (const FrameRate& frame : frames) frames_per_s += frame.per_second;
  if (frames_per_s > 0) {
    const double in_batch = 1 + frames_per_s * kSealAfterSeconds;
    const std::size_t fewer = std::min(static_cast<std::size_t>(in_batch), kMostFrames);
    const double part = std::min(in_batch - static_cast<double>(fewer), 1.0);
    const double bytes = sample.bytes_with(fewer, frames, frames_per_s) * (1 - part) +
                         sample.bytes_with(fewer + 1, frames, frames_per_s) * part;
    const double each = bytes / (static_cast<double>(fewer) + part);
    bytes_per_s += frames_per_s * each;
  }
  for (const StreamRate& row : rows) bytes_per_s += row.rows_per_s * sample.bytes_of(*row.row);
  return bytes_per_s;
}

}  // namespace cantrail
