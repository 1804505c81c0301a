//! Why a recording cannot be taken, in words for the person who brought it: what is wrong and what to do next.

use super::canonical::ClipFault;
use super::encode::EncodeFault;

/// A refused recording, or an import that could not be done.
#[derive(Debug, thiserror::Error)]
pub enum ImportFault {
    #[error("this is not a sound recording; choose a wav, mp3, m4a, flac, ogg or webm file")]
    NotAudio,
    #[error(
        "{0} recordings cannot be read here; on the phone, convert it to m4a or mp3 (or record it again in m4a), then import that"
    )]
    Format(&'static str),
    #[error("the file holds no sound that can be decoded here ({0}); convert it to m4a or mp3, then import that")]
    Codec(String),
    #[error("the file is {bytes} bytes, more than the {max} that are read; save it as m4a or mp3, then import that")]
    FileTooLarge { bytes: u64, max: u64 },
    #[error("the recording is longer than {max_s} s; cut it into several messages")]
    TooLong { max_s: u64 },
    #[error("only {ms} ms of sound is in the recording; record the whole message again")]
    TooShort { ms: u64 },
    #[error("the recording is silent; check the microphone and record it again")]
    Silent,
    #[error(
        "the recording is distorted: {percent:.1} % of it is cut off at full scale; record it again, further from the microphone"
    )]
    Clipped { percent: f64 },
    #[error(
        "the two channels of the recording cancel each other; save it as mono (one channel only), then import that"
    )]
    Cancels,
    #[error("the recording breaks off: {0}; copy the whole file again from where it was made")]
    Truncated(String),
    #[error("the file is damaged ({0}); copy it again, or convert it to m4a or mp3 and import that")]
    Damaged(String),
    #[error("the recording has a sample rate of {0} Hz; save it with 16000 to 48000 Hz, then import that")]
    Rate(u32),
    #[error("the file was given up on because it {0}; convert it to m4a or mp3, then import that")]
    Stopped(Stop),
    #[error("the decoder could not be started ({0}); see that the program file is still in place, then try again")]
    Start(std::io::Error),
    #[error("the file cannot be read ({0}); check that it exists and may be read")]
    Io(#[from] std::io::Error),
    #[error("the decoder's answer makes no sense ({0}); convert the file to m4a or mp3, then import that")]
    Answer(&'static str),
    #[error("the recording cannot be encoded ({0}); please report this with the file")]
    Encode(#[from] EncodeFault),
    #[error("the clip just made does not check ({0}); please report this with the file")]
    Made(#[from] ClipFault),
    #[error(
        "the recording's peaks cannot be held below full scale; lower its level in an editor, then import it again"
    )]
    Peaks,
}

/// The bound at which a decoder was stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    Time,
    Cpu,
    Memory,
    Crash,
}

impl std::fmt::Display for Stop {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Stop::Time => "took too long to decode",
            Stop::Cpu => "took too much work to decode",
            Stop::Memory => "needs too much memory or makes the decoder fail",
            Stop::Crash => "makes the decoder fail",
        })
    }
}
