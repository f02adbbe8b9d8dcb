#pragma once

namespace etl {

/// To be called first in a program. A standard stream that was closed is put in its place as one that refuses what is
/// asked of it, so that no file opened later gets its number and with it what was meant for the stream.
void keep_standard_streams();

}  // namespace etl
