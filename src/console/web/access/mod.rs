//! Who somebody is: passwords, codes, how often they may be tried, what a browser holds afterwards. Knows no page.

pub mod code;
pub mod password;
pub mod session;
pub mod tries;

/// Whether two secrets are the same, in a time that says nothing of where they differ.
pub fn same(one: &[u8], other: &[u8]) -> bool {
    let differs = one.iter().zip(other).fold(0, |differs, (a, b)| differs | (a ^ b));
    one.len() == other.len() && std::hint::black_box(differs) == 0
}

#[cfg(test)]
mod tests;
