//! Memory that this process may still take.

use std::path::{Path, PathBuf};

/// The smallest of what the system has left, what the control group of the process leaves, and what its limits
/// (`ulimit -v`, `ulimit -d`) leave, bytes. None where the system does not report it; Linux does.
pub fn available() -> Option<u64> {
    let limits =
        [system(), group(), limit("Max address space", "VmSize:"), limit("Max data size", "VmData:")];
    limits.into_iter().flatten().min()
}

fn text(path: impl AsRef<Path>) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

/// The number of KiB behind a key of a file of /proc, bytes.
fn kib(text: &str, key: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(key))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib.saturating_mul(1024))
}

fn system() -> Option<u64> {
    kib(&text("/proc/meminfo")?, "MemAvailable:")
}

/// Memory that the control group of this process and those above it leave, bytes; both versions of control groups are read.
fn group() -> Option<u64> {
    let groups = text("/proc/self/cgroup")?;
    let left = |line: &str| {
        let mut parts = line.splitn(3, ':').skip(1);
        let (controllers, path) = (parts.next()?, parts.next()?);
        let (root, most, now) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max", "memory.current"),
            c if c.split(',').any(|c| c == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes")
            }
            _ => return None,
        };
        let inside = PathBuf::from(root).join(path.trim_start_matches('/'));
        let folders = inside.ancestors().take_while(|folder| folder.starts_with(root));
        let number = |file: PathBuf| text(file)?.trim().parse::<u64>().ok();
        let left = |folder: &Path| {
            let used = number(folder.join(now))?.saturating_sub(cached(folder).unwrap_or(0));
            Some(number(folder.join(most))?.saturating_sub(used))
        };
        folders.filter_map(left).min()
    };
    groups.lines().filter_map(left).min()
}

/// Pages of files that a control group has read, bytes: they are given back when memory is needed.
fn cached(folder: &Path) -> Option<u64> {
    let stat = text(folder.join("memory.stat"))?;
    let value = |key: &str| stat.lines().find_map(|line| line.strip_prefix(key)?.trim().parse().ok());
    value("total_inactive_file ").or_else(|| value("inactive_file "))
}

/// Memory that a limit of the process leaves, bytes: the limit less what the process has.
fn limit(name: &str, used: &str) -> Option<u64> {
    let limits = text("/proc/self/limits")?;
    let most =
        limits.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse::<u64>();
    Some(most.ok()?.saturating_sub(kib(&text("/proc/self/status")?, used)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_proc_are_read() {
        assert_eq!(kib("MemTotal: 5 kB\nMemAvailable:    12 kB\n", "MemAvailable:"), Some(12 * 1024));
        assert_eq!(kib("MemTotal: 5 kB\n", "MemAvailable:"), None);
        let most = system().unwrap();
        assert!(available().unwrap() <= most.saturating_add(most / 10));
    }
}
