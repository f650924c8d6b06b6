// Files whose footer says something else than their writer wrote, for readers that must not believe it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "files/digest_keys.h"
#include "files/footer_reader.h"
#include "storage/temporary_directory.h"

namespace sluice::test {

/// Takes away all that says that the file is one of ours.
inline void disown(FileMetaData& file) {
  const auto is_ours = [](const KeyValue& entry) { return entry.key.starts_with(kChunkDigestKey); };
  std::erase_if(file.key_value_metadata, is_ours);
  for (RowGroup& group : file.row_groups)
    for (ColumnChunk& chunk : group.columns)
      if (chunk.meta_data) std::erase_if(chunk.meta_data->key_value_metadata, is_ours);
  file.created_by = "somebody version 1.0";
}

/// Puts another footer at the end of the file, which from then on counts as another writer's.
inline void rewrite_footer(const std::string& path, const std::function<void(FileMetaData&)>& change) {
  const std::string whole = read_file(path);
  FileFooter footer = read_footer(RandomReader::open(path));
  disown(footer.metadata);
  change(footer.metadata);
  Bytes bytes;
  bytes.append(std::string_view(whole).substr(0, footer.place.offset));
  ThriftWriter out(bytes);
  footer.metadata.write(out);
  append_trailer(bytes.size() - footer.place.offset, bytes);
  write_file(path, std::string(bytes.view()));
}

}  // namespace sluice::test
