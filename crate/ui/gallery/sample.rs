//! Sample views of every state, for the gallery and for tests. Nothing of this ships.

use symbolon_wallet::view::*;

/// 2026-11-22 12:00 UTC.
pub const NOW: u64 = 1_795_348_800_000;

/// An EIP-55 address of the standard's own test cases.
pub const ADDRESS: &str = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";
/// The name of a recovery sheet.
pub const SHEET: &str = "7KQ4-XW2M";
const PEER: &str = "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359";
const TOKEN: &str = "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB";

/// A view in a phase, with nothing going on.
pub fn view(phase: Phase) -> View {
    let open = phase == Phase::Ready;
    View {
        accounts: if open {
            vec![account(0, "Account 1", ADDRESS), account(1, "Savings", PEER)]
        } else {
            vec![]
        },
        activity: vec![],
        allowances: AllowancesView::default(),
        app_version: "0.1.0".into(),
        balances: if open { balances() } else { vec![] },
        chain_id: 1,
        change: None,
        contacts: vec![],
        devices: match phase {
            Phase::Fresh => vec![],
            Phase::Linking => devices()
                .into_iter()
                .map(|device| DeviceView { epoch: None, party: None, ..device })
                .collect(),
            Phase::Locked | Phase::Ready | Phase::Unusable => devices(),
        },
        items: vec![],
        journal: Default::default(),
        keygen: None,
        networks: networks(),
        nonces: vec![],
        notices: vec![],
        now: NOW,
        pack: None,
        pairing: None,
        passkey: None,
        phishing: PhishingView { own: 0, shipped: 93, since: None },
        phase,
        relay: RelayView::Online,
        requests: vec![],
        roster: None,
        recovery: RecoveryView::default(),
        rotation: open.then_some(RotationView {
            due: false,
            due_at: NOW + 87 * 86_400_000,
            rotated_at: Some(NOW - 3 * 86_400_000),
            unfinished: false,
        }),
        selected_account: 0,
        settings: SettingsView {
            auto_lock_minutes: 15,
            default_provider: true,
            device_name: if phase == Phase::Fresh { String::new() } else { "Work laptop".into() },
            relay_url: "wss://relay.symbolon.example/v1/relay".into(),
            theme: Theme::System,
        },
        sites: vec![],
        threshold: if open { 2 } else { 0 },
    }
}

/// Three devices, the third away.
pub fn devices() -> Vec<DeviceView> {
    vec![
        device("Work laptop", DeviceKind::Browser, 1, true, true),
        device("Pixel phone", DeviceKind::Phone, 2, false, true),
        device("Home server", DeviceKind::Cosigner, 3, false, false),
    ]
}

fn device(name: &str, kind: DeviceKind, party: u16, me: bool, online: bool) -> DeviceView {
    DeviceView {
        app_version: Some(if online { "0.1.0" } else { "0.0.9" }.into()),
        behind: false,
        epoch: Some(1),
        fell_back: false,
        former: false,
        id: format!("{party:02x}").repeat(16),
        kind,
        last_seen: Some(NOW - 3 * 3_600_000),
        me,
        name: name.into(),
        online,
        party: Some(party),
        tested_at: Some(NOW - 3 * 86_400_000),
    }
}

/// A device that is paired and holds no share.
pub fn newcomer() -> DeviceView {
    DeviceView {
        epoch: None,
        party: None,
        tested_at: None,
        ..device("Tablet", DeviceKind::Phone, 4, false, true)
    }
}

/// A phone that is replaced by a tablet.
pub fn change(stage: ChangeStage, agreed: bool) -> QuorumChangeView {
    let device = |name: &str, role, ready| ChangeDevice { name: name.into(), ready, role };
    QuorumChangeView {
        agreed,
        devices: vec![
            device("Work laptop", ChangeRole::Stays, true),
            device("Home server", ChangeRole::Stays, agreed),
            device("Tablet", ChangeRole::Joins, false),
        ],
        done: if stage == ChangeStage::Asked { 0 } else { 7 },
        id: "ab".repeat(32),
        lines: words(&["Replace Pixel phone with Tablet"]),
        proposer: "Work laptop".into(),
        rotation: false,
        stage,
        total: 14,
        words: match stage {
            ChangeStage::Asked => {
                words(&["harbour", "velvet", "tiger", "oxygen", "ladder", "bronze", "apple", "zoo"])
            }
            _ => vec![],
        },
    }
}

fn account(index: u32, name: &str, address: &str) -> AccountView {
    AccountView { address: address.into(), index, name: name.into(), path: format!("m/44/60/0/0/{index}") }
}

fn balances() -> Vec<BalanceView> {
    let balance =
        |symbol: &str, name: &str, amount: Option<&str>, token: Option<&str>, decimals| BalanceView {
            amount: amount.map(Into::into),
            decimals,
            name: name.into(),
            symbol: symbol.into(),
            token: token.map(Into::into),
        };
    vec![
        balance("ETH", "Ether", Some("12.804519386221047193"), None, 18),
        balance("USDC", "USD Coin", Some("2450.25"), Some(TOKEN), 6),
        balance("DAI", "Dai Stablecoin", None, Some(PEER), 18),
    ]
}

fn networks() -> Vec<NetworkView> {
    let network = |chain_id, name: &str, rpc: &str, reachable, custom| NetworkView {
        chain_id,
        custom,
        explorer_url: "https://explorer.example".into(),
        name: name.into(),
        reachable,
        rpc_url: rpc.into(),
        symbol: "ETH".into(),
        testnet: custom,
    };
    vec![
        network(1, "Ethereum", "https://ethereum.rpc.example", Some(true), false),
        network(10, "OP Mainnet", "https://optimism.rpc.example", None, false),
        network(8453, "Base", "https://base.rpc.example", Some(false), false),
        network(31_337, "Local chain", "http://127.0.0.1:8545", Some(true), true),
    ]
}

/// A pairing at a stage, as the inviting device sees it.
pub fn pairing(stage: PairingStage) -> PairingView {
    let symbol = |emoji: &str, name: &str| SymbolView { emoji: emoji.into(), name: name.into() };
    PairingView {
        expires_at: Some(NOW + 107_000),
        link: Some(format!("https://relay.symbolon.example/#pair=1.{}", "Zk3vQ8sWm1RtYb6Np0Lx".repeat(4))),
        peer_name: Some("Pixel phone".into()),
        stage,
        symbols: vec![
            symbol("🐙", "octopus"),
            symbol("🔑", "key"),
            symbol("🌵", "cactus"),
            symbol("⛵", "sailboat"),
            symbol("🍄", "mushroom"),
            symbol("🎺", "trumpet"),
        ],
    }
}

/// A key being made, or one that failed.
pub fn keygen(error: Option<&str>) -> KeygenView {
    KeygenView {
        done: 4,
        error: error.map(Into::into),
        stage: "Checking what the other devices dealt".into(),
        total: 9,
        waiting_for: vec!["Pixel phone".into()],
    }
}

/// The comparison before a key is made.
pub fn roster(confirmed: bool) -> RosterView {
    RosterView {
        confirmed,
        devices: vec![
            ("Work laptop".into(), confirmed),
            ("Pixel phone".into(), true),
            ("Home server".into(), false),
        ],
        recovery: None,
        threshold: 2,
        words: words(&["harbour", "velvet", "tiger", "oxygen", "ladder", "bronze"]),
    }
}

/// A wallet with a recovery share, whose file was kept or not.
pub fn recovery(kept: bool) -> RecoveryView {
    RecoveryView {
        must_keep: !kept,
        shares: vec![RecoveryShareView {
            kept,
            made_at: NOW - 3 * 86_400_000,
            party: 0x8000,
            sheet: SHEET.into(),
        }],
        ..RecoveryView::default()
    }
}

/// A code that was drawn.
pub fn recovery_draft(confirmed: bool, needed: u16) -> RecoveryView {
    let draft = RecoveryDraftView { confirmed, needed, sheet: SHEET.into() };
    RecoveryView { draft: Some(draft), ..RecoveryView::default() }
}

/// A recovery share that was opened here, where so many devices are still missing.
pub fn opened_share(missing: u16) -> OpenedShareView {
    let device = |party: u16, name: &str, here| OpenedDeviceView {
        here,
        id: format!("{party:02x}").repeat(16),
        name: name.into(),
    };
    OpenedShareView {
        devices: vec![device(5, "Old laptop", false), device(2, "Pixel phone", missing == 0)],
        made_at: NOW - 200 * 86_400_000,
        missing,
        outdated: None,
        sheet: SHEET.into(),
        threshold: 2,
    }
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// A device's part in a request.
pub fn strip(name: &str, me: bool, signs: bool, state: DeviceState) -> DeviceStrip {
    DeviceStrip {
        id: name.bytes().map(|byte| format!("{byte:02x}")).collect(),
        last_seen: (state == DeviceState::Offline).then_some(NOW - 3 * 3_600_000),
        me,
        name: name.into(),
        signs,
        state,
    }
}

fn row(label: &str, value: &str, style: RowStyle, depth: u8) -> CardRow {
    CardRow { depth, label: label.into(), style, value: value.into() }
}

/// A transfer that waits for its owner.
pub fn request(id: &str) -> RequestView {
    RequestView {
        account: Some(account(0, "Account 1", ADDRESS)),
        bundle: None,
        card: Card {
            digest: "0x9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60".into(),
            digest_words: words(&["cabin", "thunder", "olive", "ribbon", "magnet", "seven"]),
            fee: Some(fee()),
            headline: "Send 250 USDC to 0xfB69…d359".into(),
            kind: CardKind::Send,
            limit: None,
            raw: "{\n  \"to\": \"0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB\",\n  \"data\": \"0xa9059cbb000000000000000000000000fb6916095ca1df60bb79ce92ce3ea74c37c5d359000000000000000000000000000000000000000000000000000000000ee6b280\"\n}".into(),
            risks: vec![risk("risk/first-time", "You have never sent anything to this address.", Severity::Info)],
            rows: vec![
                row("Amount", "250 USDC", RowStyle::Amount, 0),
                row("To", PEER, RowStyle::Address, 0),
                row("Token contract", TOKEN, RowStyle::Address, 0),
                row("Nonce", "42", RowStyle::Text, 0),
            ],
            rule: "Both devices decide, because no rule of yours allows this by itself.".into(),
            simulation: Some(simulation()),
        },
        can_decide: true,
        created_at: NOW - 8_000,
        devices: vec![
            strip("Work laptop", true, true, DeviceState::Opened),
            strip("Pixel phone", false, true, DeviceState::Notified),
            strip("Home server", false, false, DeviceState::Sent),
        ],
        expires_at: NOW + 587_000,
        id: id.into(),
        network: "Ethereum".into(),
        origin: "https://app.exchange.example".into(),
        origin_is_new: false,
        relayed_by: None,
        status: RequestStatus::Review,
    }
}

/// What a swap would move.
pub fn simulation() -> SimulationView {
    let change = |kind, text: &str, token: Option<&str>, note: Option<&str>| ChangeView {
        kind,
        note: note.map(Into::into),
        spender: (kind == ChangeKind::Allowance).then(|| TOKEN.into()),
        text: text.into(),
        token: token.map(Into::into),
    };
    let unlisted = "Not on your list; what its contract says.";
    SimulationView {
        changes: vec![
            change(ChangeKind::Out, "−250 USDC", Some(TOKEN), None),
            change(ChangeKind::In, "+0.1 WETH", Some(PEER), Some(unlisted)),
            change(ChangeKind::Allowance, "0xdbF0…C6FB may take 25 USDC", Some(TOKEN), None),
        ],
        message: "What your network's node expects, fees left out. It can change until it happens.".into(),
        status: SimulationStatus::Changes,
    }
}

/// A simulation that ends otherwise.
pub fn not_simulated(status: SimulationStatus, message: &str) -> SimulationView {
    SimulationView { changes: vec![], message: message.into(), status }
}

/// Names of the address book.
pub fn contacts() -> Vec<ContactView> {
    [("Ada", PEER), ("Savings of the family, for the new roof", TOKEN)]
        .map(|(name, address)| ContactView { address: address.into(), name: name.into() })
        .to_vec()
}

/// What others may take.
pub fn allowances() -> AllowancesView {
    let one = |amount: Option<&str>, every, known, symbol: Option<&str>, name: Option<&str>| AllowanceView {
        amount: amount.map(Into::into),
        every,
        known,
        spender: PEER.into(),
        spender_name: name.map(Into::into),
        symbol: symbol.map(Into::into),
        token: TOKEN.into(),
        unlimited: amount.is_none(),
    };
    AllowancesView {
        list: vec![
            one(None, false, true, Some("USDC"), Some("Exchange router")),
            one(Some("25.5"), false, true, Some("DAI"), None),
            one(None, true, true, None, None),
            one(None, false, false, Some("USDC"), None),
        ],
        message: "Listed: what was signed with this device, and what the node tells of the last 10000 blocks. There may be older approvals."
            .into(),
    }
}

/// A sentence of warning.
pub fn risk(code: &str, message: &str, severity: Severity) -> RiskView {
    RiskView { code: code.into(), message: message.into(), severity }
}

fn fee() -> FeeView {
    FeeView {
        editable: true,
        estimate: "0.00042 ETH".into(),
        gas_expected: Some(48_213),
        gas_limit: 65_000,
        gas_simulated: true,
        maximum: "0.00081 ETH".into(),
        max_fee_gwei: "12.5".into(),
        priority_fee_gwei: "0.8".into(),
        speed: Some(FeeSpeed::Normal),
        speeds: [
            (FeeSpeed::Slow, "0.00038 ETH", "0.00064 ETH"),
            (FeeSpeed::Normal, "0.00042 ETH", "0.00081 ETH"),
            (FeeSpeed::Fast, "0.00051 ETH", "0.0011 ETH"),
        ]
        .map(|(speed, expected, maximum)| SpeedView {
            expected: expected.into(),
            maximum: maximum.into(),
            speed,
        })
        .to_vec(),
    }
}

/// An unlimited approval, asked by a site never seen before.
pub fn dangerous(id: &str) -> RequestView {
    let mut request = request(id);
    request.origin = "https://free-airdrop.app.exchange.example.claims-now.example".into();
    request.origin_is_new = true;
    request.card.kind = CardKind::Approval;
    request.card.headline = "Let 0xdbF0…C6FB take all your USDC, without limit".into();
    request.card.risks = vec![
        risk(
            "risk/unlimited-approval",
            "The spender can take every USDC this account has now or ever gets, without asking again.",
            Severity::Danger,
        ),
        risk(
            "risk/unknown-spender",
            "The spender is not a contract that this device knows.",
            Severity::Warning,
        ),
    ];
    request.card.limit =
        Some(LimitView { suggestion: Some("2450.25".into()), symbol: "USDC".into(), token: PEER.into() });
    request.card.simulation = Some(not_simulated(
        SimulationStatus::NotSimulated,
        "Not simulated: the network's node did not answer.",
    ));
    request.card.rows = vec![
        row("Amount", "unlimited USDC", RowStyle::Amount, 0),
        row("Spender", TOKEN, RowStyle::Address, 0),
        row("Token contract", PEER, RowStyle::Address, 0),
        row("Until", "taken back", RowStyle::Text, 0),
    ];
    request
}

/// Typed data, nested, with a stranger's text that tries to turn the line around.
pub fn typed_data(id: &str) -> RequestView {
    let mut request = request(id);
    request.card.kind = CardKind::TypedData;
    request.card.fee = None;
    request.card.simulation = None;
    request.card.headline = "Sign “Mail” for Ether Mail".into();
    request.card.risks = vec![risk(
        "risk/any-chain",
        "This data is not bound to a network: it is good on every one.",
        Severity::Warning,
    )];
    request.card.rows = vec![
        row("Domain", "", RowStyle::Heading, 0),
        row("Name", "Ether Mail", RowStyle::Text, 1),
        row("Verifying contract", TOKEN, RowStyle::Address, 1),
        row("Mail", "", RowStyle::Heading, 0),
        row("From", "", RowStyle::Heading, 1),
        row("Name", "שלום ⟨U+202E⟩ Cow", RowStyle::Text, 2),
        row("Wallet", PEER, RowStyle::Address, 2),
        row(
            "Contents",
            "Hello, Bob! مرحبا\nThis is a long message that wraps over several lines, with <b>no</b> markup.",
            RowStyle::Message,
            1,
        ),
        row("Salt", &"f2d857f4a3edcb9b78b4d503bfe733db".repeat(4), RowStyle::Code, 1),
    ];
    request
}

/// A site that wants to connect.
pub fn connect(id: &str) -> RequestView {
    let mut request = request(id);
    request.origin_is_new = true;
    request.card = Card {
        digest: String::new(),
        digest_words: vec![],
        fee: None,
        headline: "Connect app.exchange.example".into(),
        kind: CardKind::Connect,
        limit: None,
        raw: String::new(),
        risks: vec![],
        rows: vec![
            row(
                "It can",
                "See this address, its balance and what it did; ask you to sign",
                RowStyle::Text,
                0,
            ),
            row("It cannot", "Sign or move anything without you", RowStyle::Text, 0),
            row("Address", ADDRESS, RowStyle::Address, 0),
        ],
        rule: "You decide on this device alone: nothing is signed.".into(),
        simulation: None,
    };
    request.devices = vec![];
    request
}

/// How a transfer ended.
pub fn activity(id: &str) -> ActivityView {
    ActivityView {
        at: NOW - 240_000,
        chain_id: 1,
        devices: vec!["Work laptop".into(), "Pixel phone".into()],
        explorer_url: Some("https://explorer.example/tx/0x88df".into()),
        headline: "Send 250 USDC to 0xfB69…d359".into(),
        id: id.into(),
        kind: CardKind::Send,
        nonce: Some(41),
        origin: "https://app.exchange.example".into(),
        outcome: Outcome::Confirmed { block: 21_884_103 },
        replaceable: false,
        transaction: Some("0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe6a713944b".into()),
    }
}

/// A list of endings of every sort.
pub fn activities() -> Vec<ActivityView> {
    let with = |id: &str, headline: &str, kind, outcome, minutes: u64| ActivityView {
        at: NOW - minutes * 60_000,
        headline: headline.into(),
        kind,
        outcome,
        ..activity(id)
    };
    vec![
        ActivityView {
            replaceable: true,
            ..with("a1", "Send 0.5 ETH to 0xfB69…d359", CardKind::Send, Outcome::Submitted, 1)
        },
        activity("a2"),
        with("a3", "Sign in to app.exchange.example", CardKind::SignIn, Outcome::Signed, 90),
        with(
            "a4",
            "Let 0xdbF0…C6FB take all your USDC, without limit",
            CardKind::Approval,
            Outcome::Rejected { message: "Rejected on Pixel phone. Nothing was signed.".into() },
            1500,
        ),
        with(
            "a5",
            "Swap on 0xdbF0…C6FB",
            CardKind::ContractCall,
            Outcome::Failed { block: 21_880_000 },
            4500,
        ),
        with("a6", "Sign a message", CardKind::Message, Outcome::Expired, 9000),
    ]
}

/// Connected sites.
pub fn sites() -> Vec<SiteView> {
    ["https://app.exchange.example", "http://localhost:5173"]
        .map(|origin| SiteView {
            accounts: vec![ADDRESS.into()],
            compatibility: false,
            connected_at: NOW - 86_400_000,
            frames: false,
            last_used: NOW - 1_200_000,
            muted: false,
            origin: origin.into(),
        })
        .to_vec()
}

/// A sentence above the screen.
pub fn notice(id: u64, code: &str, message: &str, severity: Severity) -> Notice {
    Notice { code: code.into(), id, message: message.into(), severity }
}
