//! What holds for all pages together.

mod as_run;
mod authorization;
mod broadcasts;
mod chats;
mod engineer;
mod entry;
mod escaping;
mod notices;
mod review;
mod stations;
mod timetable;
mod words;
mod world;
