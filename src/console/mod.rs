//! How people speak with the daemon: the control socket. (The web pages of the county come to stand here.)

pub mod ask;
pub mod control;
pub mod monitor;
pub mod notice;
pub mod spot;
