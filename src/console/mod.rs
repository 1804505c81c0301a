//! How people speak with the daemon: the control socket, the public pages of notices, and the web pages of the publicity group.

pub mod ask;
pub mod control;
pub mod edit;
pub mod language;
pub mod monitor;
pub mod notice;
pub mod spot;
pub mod web;
