// Output to pipes and other descriptors that only go forward.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <thread>

#include "base/bytes.h"
#include "sluice/error.h"
#include "sluice/storage.h"
#include "storage/descriptor.h"

namespace sluice::stream_test {
namespace {

struct Pipe {
  Pipe() {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
  }
  Descriptor read;
  Descriptor write;
};

std::string drain(int descriptor) {
  std::string text;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(descriptor, buffer, sizeof buffer)) > 0;)
    text.append(buffer, static_cast<size_t>(count));
  return text;
}

Error failure(Sink& sink, uint64_t offset, const std::string& text) {
  try {
    sink.write_at(offset, as_bytes(text));
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorCode::bug, "was written");
}

TEST(StreamSink, WritesInOrderAndLeavesTheDescriptorOpen) {
  Pipe pipe;
  {
    const auto sink = create_stream_sink(pipe.write.get(), "stdout");
    EXPECT_EQ(sink->name(), "stdout");
    EXPECT_FALSE(sink->positional());
    sink->write_at(0, as_bytes("PAR1"));
    sink->write_at(4, {});
    sink->write_at(4, as_bytes("PAR1"));
    sink->publish();
  }
  ASSERT_EQ(::write(pipe.write.get(), "!", 1), 1);
  pipe.write.close();
  EXPECT_EQ(drain(pipe.read.get()), "PAR1PAR1!");
}

TEST(StreamSink, RefusesToJump) {
  Pipe pipe;
  const auto sink = create_stream_sink(pipe.write.get(), "stdout");
  EXPECT_EQ(failure(*sink, 1, "x").code(), ErrorCode::bug);
}

// More than a pipe holds, to a slow reader, over a descriptor that does not block.
TEST(StreamSink, WritesOnWhereThePipeIsFull) {
  for (const int flags : {0, O_NONBLOCK}) {
    Pipe pipe;
    ASSERT_EQ(::fcntl(pipe.write.get(), F_SETFL, flags), 0);
    std::string read;
    const std::string text(1'000'000, 'x');
    {
      const std::jthread reader([&] { read = drain(pipe.read.get()); });
      create_stream_sink(pipe.write.get(), "stdout")->write_at(0, as_bytes(text));
      pipe.write.close();
    }
    EXPECT_EQ(read, text);
  }
}

TEST(StreamSink, SaysThatItsReaderIsGone) {
  ::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  pipe.read.close();
  const auto sink = create_stream_sink(pipe.write.get(), "stdout");
  const Error error = failure(*sink, 0, "x");
  EXPECT_EQ(error.code(), ErrorCode::io);
  EXPECT_STREQ(error.what(), "cannot write stdout: its reader has closed it");
}

TEST(StreamSink, SaysThatTheDiskIsFull) {
  const Descriptor full(::open("/dev/full", O_WRONLY));
  if (!full.is_open()) GTEST_SKIP() << "this system has no /dev/full";
  const auto sink = create_stream_sink(full.get(), "stdout");
  EXPECT_STREQ(failure(*sink, 0, "x").what(), "cannot write stdout: No space left on device");
}

}  // namespace
}  // namespace sluice::stream_test
