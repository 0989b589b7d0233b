//! What a handler is handed: the time, randomness, and the list of effects that it adds to.

use rand_core::CryptoRngCore;
use symbolon_mpc::secret::Secret;
use zeroize::Zeroizing;

use crate::effect::{CommandError, Effect, KdfParameters, ProviderError, RelayCommand};
use crate::event::{ClientId, EffectId, Origin, Timestamp};
use crate::store::Batch;

/// One turn of the wallet: created by `Wallet::handle`, gone when it returns.
pub(crate) struct Context<'a> {
    /// The host's time.
    pub now: Timestamp,
    /// The host's randomness.
    pub rng: &'a mut dyn CryptoRngCore,
    effects: Vec<Effect>,
    next_effect: &'a mut EffectId,
    view_changed: bool,
}

impl<'a> Context<'a> {
    pub(crate) fn new(now: Timestamp, rng: &'a mut dyn CryptoRngCore, next_effect: &'a mut EffectId) -> Self {
        Self { now, rng, effects: Vec::new(), next_effect, view_changed: false }
    }

    /// All effects in order; the view goes last, because it may be drawn before the rest is done.
    pub(crate) fn finish(mut self) -> Vec<Effect> {
        if self.view_changed {
            self.effects.push(Effect::ViewChanged);
        }
        self.effects
    }

    pub(crate) fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Makes `batch` durable before anything that is pushed later. Neighbouring batches become one.
    pub(crate) fn store(&mut self, batch: Batch) {
        if batch.changes.is_empty() {
            return;
        }
        if let Some(Effect::Store(last)) = self.effects.last_mut() {
            last.changes.extend(batch.changes);
        } else {
            self.effects.push(Effect::Store(batch));
        }
    }

    pub(crate) fn view_changed(&mut self) {
        self.view_changed = true;
    }

    pub(crate) fn answer(&mut self, client: ClientId, id: &str, outcome: Result<String, ProviderError>) {
        self.push(Effect::Answer { client, id: id.to_owned(), outcome });
    }

    pub(crate) fn emit(&mut self, origin: Option<&Origin>, name: &str, data: String) {
        self.push(Effect::Emit { origin: origin.cloned(), name: name.to_owned(), data });
    }

    pub(crate) fn reply(&mut self, reply: EffectId, outcome: Result<(), CommandError>) {
        self.push(Effect::Reply { reply, outcome });
    }

    /// Answers a command with what it asked for.
    pub(crate) fn give(&mut self, reply: EffectId, text: Zeroizing<String>) {
        self.push(Effect::Give { reply, text });
    }

    pub(crate) fn relay(&mut self, command: RelayCommand) {
        self.push(Effect::Relay(command));
    }

    /// POSTs `body`; the answer comes as `Event::Fetched` under the returned id.
    pub(crate) fn fetch(&mut self, url: &str, body: String, timeout_ms: u32) -> EffectId {
        let id = self.take_id();
        self.push(Effect::Fetch { id, url: url.to_owned(), body, timeout_ms });
        id
    }

    pub(crate) fn derive_key(&mut self, password: Secret<Vec<u8>>, parameters: KdfParameters) -> EffectId {
        let id = self.take_id();
        self.push(Effect::DeriveKey { id, password, parameters });
        id
    }

    /// A number that this process never gave out before.
    pub(crate) fn take_id(&mut self) -> EffectId {
        *self.next_effect += 1;
        *self.next_effect
    }
}
