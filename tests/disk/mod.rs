//! A small disk of its own, to be filled up. Needs an account that may mount a tmpfs: root, as in a container's build.

use std::path::PathBuf;
use std::process::Command;

/// Taken away when dropped.
pub struct Disk(pub PathBuf);

impl Disk {
    /// None where this process may not mount one; that is said.
    pub fn mount(at: PathBuf, megabytes: u32) -> Option<Disk> {
        std::fs::create_dir_all(&at).unwrap();
        let options = format!("size={megabytes}m");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &options, "none"]).arg(&at).output();
        let disk = mounted.is_ok_and(|output| output.status.success()).then_some(Disk(at));
        if disk.is_none() {
            println!("left out: this account may not mount a disk to fill");
        }
        disk
    }

    /// Leaves no room for another byte.
    pub fn fill(&self) {
        let mut file = std::fs::File::create(self.0.join("ballast")).unwrap();
        while std::io::Write::write_all(&mut file, &[0; 4096]).is_ok() {}
    }

    pub fn free(&self) {
        std::fs::remove_file(self.0.join("ballast")).unwrap();
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}
