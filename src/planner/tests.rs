//! A small county for the planner's tests, and what its plans hold.

mod county;
mod explained;
mod ordered;
mod posted;
mod reviewed;
mod ruled;
mod signed;
