//! The other end of the control socket: asks a running daemon, from another process.

use std::io;
use std::path::Path;

use crate::console::control::{Answer, Ask, SOCKET};

/// Asks a running daemon, from another process.
///
/// Errors: no daemon runs on this data folder, or this user may not speak with it.
pub fn ask(data: &Path, ask: &Ask) -> io::Result<Answer> {
    use std::io::{BufRead, Write};
    let mut stream = std::os::unix::net::UnixStream::connect(data.join(SOCKET))?;
    stream.set_read_timeout(Some(std::time::Duration::from_secs(120)))?;
    let mut line = serde_json::to_string(ask)?;
    line.push('\n');
    stream.write_all(line.as_bytes())?;
    let mut answer = String::new();
    std::io::BufReader::new(stream).read_line(&mut answer)?;
    serde_json::from_str(&answer).map_err(io::Error::other)
}
