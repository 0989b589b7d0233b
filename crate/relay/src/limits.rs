//! What a client may make the relay hold and do.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use symbolon_link::MAX_FRAME_BYTES;

/// The bounds. The defaults are what a public relay should run with.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Longest WebSocket message, in bytes.
    pub frame_bytes: usize,
    /// Most messages in one mailbox.
    pub mailbox_messages: usize,
    /// Most bytes of bodies in one mailbox.
    pub mailbox_bytes: usize,
    /// How long a message waits, in milliseconds.
    pub ttl_ms: u64,
    /// Most bytes in all mailboxes, with what it costs to keep them.
    pub total_bytes: usize,
    /// Most mailboxes open on one connection.
    pub open_mailboxes: usize,
    /// Most connections.
    pub connections: usize,
    /// Most connections from one address (one /64 of IPv6).
    pub connections_per_address: usize,
    /// Frames a second from one address.
    pub frames_per_second: u32,
    /// Bytes of frames a second from one address.
    pub bytes_per_second: u32,
    /// How many seconds' worth may come at once.
    pub burst_seconds: u32,
    /// Time for TLS, for the headers of a request, and for the first frame.
    pub header_timeout: Duration,
    /// How long a connection may be silent.
    pub idle_timeout: Duration,
    /// How long a client may take to take a frame.
    pub write_timeout: Duration,
    /// How long one connection may take for its HTTP requests (not: how long a WebSocket may live).
    pub request_timeout: Duration,
    /// How long connections may take to end at shutdown.
    pub shutdown_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            frame_bytes: MAX_FRAME_BYTES,
            mailbox_messages: 64,
            mailbox_bytes: 4 * 1024 * 1024,
            ttl_ms: 10 * 60 * 1000,
            total_bytes: 256 * 1024 * 1024,
            open_mailboxes: 32,
            connections: 12_000,
            connections_per_address: 64,
            frames_per_second: 100,
            bytes_per_second: 2 * 1024 * 1024,
            burst_seconds: 4,
            header_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(60),
            write_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(120),
            shutdown_timeout: Duration::from_secs(5),
        }
    }
}

/// What each address is using. Forgotten when it uses nothing and has been quiet for a while.
pub(crate) struct Addresses {
    limits: Limits,
    table: Mutex<HashMap<IpAddr, Usage>>,
}

#[derive(Default)]
struct Usage {
    connections: usize,
    /// Thousandths of a frame, and bytes, that are owed; time pays them off.
    frames_milli: u64,
    bytes: u64,
    at_ms: u64,
}

impl Addresses {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, table: Mutex::default() }
    }

    /// Counts a connection; `false` if the address has enough.
    pub(crate) fn connect(&self, address: IpAddr) -> bool {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let usage = table.entry(group(address)).or_default();
        let admitted = usage.connections < self.limits.connections_per_address;
        usage.connections += usize::from(admitted);
        admitted
    }

    /// A counted connection has ended.
    pub(crate) fn disconnect(&self, address: IpAddr) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(usage) = table.get_mut(&group(address)) {
            usage.connections = usage.connections.saturating_sub(1);
        }
    }

    /// Counts a frame; `false` if the address is too fast.
    pub(crate) fn frame(&self, address: IpAddr, bytes: usize, now_ms: u64) -> bool {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        let usage = table.entry(group(address)).or_default();
        usage.settle(&self.limits, now_ms);
        let burst = u64::from(self.limits.burst_seconds);
        let frames_milli = usage.frames_milli + 1000;
        let bytes = usage.bytes + bytes as u64;
        if frames_milli > u64::from(self.limits.frames_per_second) * burst * 1000
            || bytes > u64::from(self.limits.bytes_per_second) * burst
        {
            return false;
        }
        (usage.frames_milli, usage.bytes) = (frames_milli, bytes);
        true
    }

    /// Forgets addresses that use nothing.
    pub(crate) fn sweep(&self, now_ms: u64) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.retain(|_, usage| {
            usage.settle(&self.limits, now_ms);
            usage.connections > 0 || usage.frames_milli > 0 || usage.bytes > 0
        });
    }
}

impl Usage {
    fn settle(&mut self, limits: &Limits, now_ms: u64) {
        let passed_ms = now_ms.saturating_sub(self.at_ms);
        self.at_ms = self.at_ms.max(now_ms);
        let frames = passed_ms.saturating_mul(u64::from(limits.frames_per_second));
        self.frames_milli = self.frames_milli.saturating_sub(frames);
        let bytes = passed_ms.saturating_mul(u64::from(limits.bytes_per_second)) / 1000;
        self.bytes = self.bytes.saturating_sub(bytes);
    }
}

/// One household is one address: all of an IPv6 /64, and IPv4 however it is written.
fn group(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Addresses {
        Addresses::new(Limits {
            connections_per_address: 2,
            frames_per_second: 10,
            bytes_per_second: 1000,
            burst_seconds: 1,
            ..Limits::default()
        })
    }

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    #[test]
    fn an_address_has_its_number_of_connections_and_no_more() {
        let addresses = addresses();
        assert!(addresses.connect(address(1)) && addresses.connect(address(1)));
        assert!(!addresses.connect(address(1)));
        assert!(addresses.connect(address(2)));
        addresses.disconnect(address(1));
        assert!(addresses.connect(address(1)));
    }

    #[test]
    fn frames_and_bytes_are_paid_off_by_time() {
        let addresses = addresses();
        assert_eq!((0..20).filter(|_| addresses.frame(address(1), 1, 5_000)).count(), 10);
        assert_eq!((0..20).filter(|_| addresses.frame(address(1), 1, 5_500)).count(), 5);
        assert!(addresses.frame(address(2), 1000, 5_000) && !addresses.frame(address(2), 1, 5_000));
        assert!(addresses.frame(address(2), 500, 5_500) && !addresses.frame(address(2), 1, 5_500));
    }

    #[test]
    fn a_quiet_address_is_forgotten() {
        let addresses = addresses();
        addresses.connect(address(1));
        addresses.frame(address(2), 1, 5_000);
        addresses.sweep(5_000);
        assert_eq!(addresses.table.lock().unwrap().len(), 2);
        addresses.disconnect(address(1));
        addresses.sweep(6_000);
        assert_eq!(addresses.table.lock().unwrap().len(), 0);
    }

    #[test]
    fn neighbours_in_a_64_are_one_address() {
        let one: IpAddr = "2001:db8:1:2::1".parse().unwrap();
        let two: IpAddr = "2001:db8:1:2:ffff::9".parse().unwrap();
        let far: IpAddr = "2001:db8:1:3::1".parse().unwrap();
        assert_eq!(group(one), group(two));
        assert_ne!(group(one), group(far));
        assert_eq!(group("::ffff:192.0.2.1".parse().unwrap()), address(1));
    }
}
