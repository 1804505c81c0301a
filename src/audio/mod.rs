//! Sound: foreign recordings in, canonical clips out, and clips played back.
//!
//! The only module that knows codecs. It knows nothing of broadcasting: not who speaks, when, or where.
//!
//! ```text
//!  a phone's file ─> child (decodes, may crash) ─> Pcm ─> import (trim, loudness, limit, encode, measure) ─> clip
//!  clip ─> canonical::inspect, verify ─> Facts          clip ─> ClipDecoder ─> blocks of f32 for the station
//! ```

pub mod canonical;
pub mod child;
mod complete;
pub mod decode;
pub mod downsample;
pub mod encode;
pub mod fault;
mod foreign;
pub mod g711;
pub mod import;
pub mod limiter;
pub mod loudness;
mod opus_stream;
mod page;
pub mod pcm;
mod peak;
mod resample;
#[cfg(test)]
mod tests;
mod trim;
mod wire;

pub use canonical::{ClipFault, Facts, inspect, verify};
pub use child::{Limits, child_main, decode_in_child};
pub use decode::ClipDecoder;
pub use downsample::Downsampler;
pub use encode::encode;
pub use fault::ImportFault;
pub use import::{Imported, Progress, import};
pub use pcm::Pcm;

/// Frames per second of everything that is stored, mixed and played: Opus's own rate (RFC 6716 section 2).
pub const RATE: u32 = 48_000;

/// The longest recording, in ms. A notice of ten minutes is already longer than anyone listens to; the bound also
/// bounds memory at import and the time a loudspeaker can be held by one clip.
pub const LENGTH_MAX_MS: u64 = 10 * 60_000;

/// [`LENGTH_MAX_MS`] in frames at [`RATE`].
pub const FRAMES_MAX: u64 = LENGTH_MAX_MS * RATE as u64 / 1000;
