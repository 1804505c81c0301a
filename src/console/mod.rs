//! How people speak with the daemon: the control socket. (The web pages come to stand here.)

pub mod ask;
pub mod control;
pub mod monitor;
pub mod spot;
