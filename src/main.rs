use std::process::ExitCode;

fn main() -> ExitCode {
    cunxiang::cmd::main()
}
