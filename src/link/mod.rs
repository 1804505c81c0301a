//! County and village over HTTPS: a station asks, a county answers. The only module that knows the wire.
//!
//! Nothing here is trusted with the power to speak in a village: a rundown is verified by the station under the root key
//! it pinned when it was enrolled, whoever carried it. TLS keeps what passes from curious eyes, and the station's own
//! signature on each request keeps others from asking in its name.

pub mod county;
pub mod patch;
pub mod proof;
pub mod village;
pub mod wire;
