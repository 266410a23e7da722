//! The words that the made-up organization is built from.
//!
//! Nothing in here belongs to anybody: accounts are patterns of repeated digits,
//! addresses come from the ranges set aside for documentation (RFC 5737, RFC 3849).

/// The name that bucket names begin with.
pub(crate) const COMPANY: &str = "halden";
/// The trail of the whole organization.
pub(crate) const ORG_TRAIL: &str = "halden-org-trail";
/// Where that trail is delivered to.
pub(crate) const LOG_BUCKET: &str = "halden-org-cloudtrail-logs";
/// The account of the monitoring vendor, who polls from outside.
pub(crate) const VENDOR_ACCOUNT: &str = "464646464646";
/// The account that an attacker shares things to.
pub(crate) const ATTACKER_ACCOUNT: &str = "999988887777";

/// Accounts: the first three are those of the small world.
pub(crate) const ACCOUNTS: [(u64, &str); 24] = [
    (111_122_223_333, "management"),
    (444_455_556_666, "prod"),
    (777_788_889_999, "dev"),
    (222_233_334_444, "staging"),
    (333_344_445_555, "data"),
    (555_566_667_777, "payments"),
    (666_677_778_888, "security"),
    (888_811_112_222, "analytics"),
    (111_133_335_555, "network"),
    (222_244_446_666, "identity"),
    (333_355_557_777, "sandbox"),
    (444_466_668_888, "backup"),
    (555_577_779_999, "search"),
    (666_688_881_111, "mobile"),
    (777_799_992_222, "media"),
    (888_822_224_444, "partners"),
    (111_144_447_777, "fulfilment"),
    (222_255_558_888, "warehouse"),
    (333_366_669_999, "support"),
    (444_477_771_111, "finance"),
    (555_588_882_222, "research"),
    (666_699_993_333, "edge"),
    (777_711_114_444, "labs"),
    (888_833_336_666, "archive"),
];

/// Regions beside us-east-1.
pub(crate) const REGIONS: [&str; 6] =
    ["eu-west-1", "us-west-2", "eu-central-1", "ap-southeast-2", "ap-northeast-1", "eu-north-1"];

/// What systems are about.
pub(crate) const WORDS: [&str; 56] = [
    "orders",
    "checkout",
    "invoices",
    "catalog",
    "search",
    "pricing",
    "inventory",
    "shipping",
    "returns",
    "accounts",
    "profiles",
    "sessions",
    "billing",
    "ledger",
    "payouts",
    "refunds",
    "coupons",
    "loyalty",
    "reviews",
    "ratings",
    "images",
    "thumbnails",
    "videos",
    "documents",
    "exports",
    "imports",
    "reports",
    "metrics",
    "events",
    "clicks",
    "campaigns",
    "emails",
    "messages",
    "webhooks",
    "alerts",
    "audit",
    "users",
    "tokens",
    "devices",
    "locations",
    "routes",
    "drivers",
    "fleet",
    "warehouse",
    "suppliers",
    "contracts",
    "tickets",
    "chat",
    "forms",
    "surveys",
    "content",
    "translations",
    "features",
    "models",
    "training",
    "archive",
];

/// What the parts of systems do.
pub(crate) const VERBS: [&str; 16] = [
    "processor",
    "resizer",
    "generator",
    "handler",
    "indexer",
    "exporter",
    "importer",
    "notifier",
    "cleaner",
    "validator",
    "enricher",
    "router",
    "sync",
    "api",
    "worker",
    "scheduler",
];

/// First names.
pub(crate) const FIRST: [&str; 48] = [
    "anna", "bruno", "carla", "david", "elena", "felix", "greta", "hugo", "ines", "jonas", "karin", "luis",
    "maria", "nils", "olga", "paul", "rosa", "simon", "tessa", "victor", "wanda", "yusuf", "zoe", "amir",
    "bella", "chen", "diego", "emma", "farid", "gina", "henry", "iris", "jin", "kofi", "leila", "mateo",
    "nora", "oscar", "petra", "quinn", "ravi", "sofia", "tomas", "uma", "vera", "will", "xenia", "yara",
];

/// Last names.
pub(crate) const LAST: [&str; 40] = [
    "adler", "becker", "costa", "dietz", "eriksen", "fischer", "garcia", "holm", "ivanov", "jensen",
    "keller", "lopez", "meyer", "novak", "olsen", "petrov", "quist", "rossi", "silva", "tanaka", "ueda",
    "vogel", "weber", "xu", "young", "zimmer", "abadi", "brandt", "conti", "dubois", "evans", "ferrari",
    "graham", "haas", "ibsen", "janssen", "kumar", "larsen", "moreau", "nowak",
];

/// Managed policies that a platform team hands out.
pub(crate) const POLICIES: [&str; 6] = [
    "arn:aws:iam::aws:policy/ReadOnlyAccess",
    "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    "arn:aws:iam::aws:policy/AmazonEC2ContainerRegistryReadOnly",
    "arn:aws:iam::aws:policy/SecurityAudit",
];
