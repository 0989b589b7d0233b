//! Two devices over a real relay, which is stopped and started between them.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use futures_util::StreamExt;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use support::{Client, PATIENCE, Relay};
use symbolon_link::channel::{Channel, ChannelEvent};
use symbolon_link::identity::Identity;
use symbolon_link::introduction::introduce;
use symbolon_link::mailbox::{ClientFrame, RelayFrame};
use symbolon_relay::Config;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;

const NOW: u64 = 1_700_000_000_000;

struct Device {
    channel: Channel,
    client: Client,
    rng: ChaCha20Rng,
    puts: u64,
}

impl Device {
    async fn reach(&mut self, relay: &Relay) {
        self.client = relay.client().await;
        self.client.send(&ClientFrame::Open { read_token: self.channel.read_token().clone() }).await;
        self.channel.carrier_restored(NOW);
        self.flush().await;
    }

    async fn flush(&mut self) {
        while let Some(body) = self.channel.poll_outgoing() {
            self.puts += 1;
            let write_token = self.channel.write_token().clone();
            self.client.send(&ClientFrame::Put { write_token, id: self.puts, body }).await;
        }
    }

    /// Handles frames until the channel says something.
    async fn event(&mut self) -> ChannelEvent {
        loop {
            let Some(Ok(Message::Binary(bytes))) = self.client.socket.next().await else { panic!("closed") };
            let RelayFrame::Deliver { mailbox, number, body } = RelayFrame::decode(&bytes).unwrap() else {
                continue;
            };
            let events = self.channel.receive(&body, NOW, &mut self.rng);
            self.client.send(&ClientFrame::Ack { mailbox, up_to: number }).await;
            self.flush().await;
            assert!(events.len() <= 1, "{events:?}");
            if let Some(event) = events.into_iter().next() {
                return event;
            }
        }
    }
}

#[tokio::test]
async fn a_relay_stopped_and_started_loses_no_message() {
    timeout(PATIENCE, async {
        let relay = Relay::start(Config::default()).await;
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let [one, two] = [Identity::draw(&mut rng), Identity::draw(&mut rng)];
        let halves = introduce(&one.card("one").unwrap(), &two.card("two").unwrap(), &mut rng);
        let device = async |identity, half: symbolon_link::introduction::Introduction, seed| Device {
            channel: Channel::new(identity, half.accept(), 1),
            client: relay.client().await,
            rng: ChaCha20Rng::seed_from_u64(seed),
            puts: 0,
        };
        let mut one = device(one, halves.0, 2).await;
        let mut two = device(two, halves.1, 3).await;
        // The first asks before the second is there.
        one.channel.connect(NOW, &mut one.rng);
        one.reach(&relay).await;
        two.reach(&relay).await;
        let (a, b) = tokio::join!(one.event(), two.event());
        assert_eq!((a, b), (ChannelEvent::Up, ChannelEvent::Up));

        // Two is away; what one sends waits at the relay, which forgets it.
        let address = relay.address;
        one.channel.send(b"sent before", NOW).unwrap();
        drop(core::mem::replace(&mut two.client, relay.client().await));
        one.flush().await;
        relay.stop().await;
        let relay = Relay::start_at(address, Config::default()).await;
        one.reach(&relay).await;
        two.reach(&relay).await;
        assert_eq!(two.event().await, ChannelEvent::Message(b"sent before".to_vec()));
        two.channel.send(b"answer", NOW).unwrap();
        two.flush().await;
        assert_eq!(one.event().await, ChannelEvent::Message(b"answer".to_vec()));
        relay.stop().await;
    })
    .await
    .expect("the devices find each other");
}
