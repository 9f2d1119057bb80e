//! Every number of every experiment has limits, and what is outside of them is refused with key, value and what is allowed. The values
//! are made from the tables of the defaults, so that a new key is tried from its first day.

use lobule_experiments::ALL;
use lobule_study::{Card, Experiment, Request, numbers_without_limits};
use std::panic::{AssertUnwindSafe, catch_unwind};
use toml::{Table, Value};

/// Keys that take any text: files, names of populations and columns in them.
const FREE_TEXT: [&str; 17] = [
    "scaffold.file",
    "file.spikes",
    "file.trials",
    "file.trials_table",
    "file.signals",
    "file.nwb",
    "file.prism",
    "file.mossy",
    "file.purkinje",
    "file.nuclear",
    "file.population_column",
    "file.direction_column",
    "file.onset_column",
    "file.series",
    "file.condition",
    "file.module",
    "name",
];

/// A key of the defaults.
struct Key {
    experiment: &'static dyn Experiment,
    path: String,
    value: Value,
}

impl Key {
    /// The refusal of a value of the key; none if it is accepted. A panic fails the test.
    fn refusal(&self, value: &Value) -> Option<String> {
        let settings = [format!("{}={}", self.path, inline(value))];
        let request = Request { settings: &settings, ..Request::default() };
        let resolved = catch_unwind(AssertUnwindSafe(|| self.experiment.resolved(&request)));
        resolved.unwrap_or_else(|_| panic!("{}: a panic", self.tried(value))).err().map(|e| e.to_string())
    }

    /// Refuses to be refused without key and value; returns the refusal.
    fn must_refuse(&self, value: &Value, said: &str) -> String {
        let message = self.refusal(value).unwrap_or_else(|| panic!("{} is accepted", self.tried(value)));
        assert!(message.contains(&self.path), "{}: no key: {message}", self.tried(value));
        assert!(message.contains(said), "{}: no value `{said}`: {message}", self.tried(value));
        message
    }

    fn tried(&self, value: &Value) -> String {
        let text: String = inline(value).chars().take(60).collect();
        format!("{} {}={text}", self.experiment.card().name, self.path)
    }

    /// The value in the place of every number of the key.
    fn filled(&self, with: &Value) -> Value {
        filled(&self.value, with)
    }

    fn is_array(&self) -> bool {
        self.value.is_array()
    }

    /// The limits, as a refusal tells them: lowest and highest number.
    fn limits(&self) -> (f64, f64) {
        let far = match is_whole(&self.value) {
            true => Value::Integer(9_000_000_000_000_000_000),
            false => Value::Float(1e300),
        };
        let message = self.must_refuse(&self.filled(&far), "; ");
        let allowed = message.split("; ").find_map(|part| part.strip_suffix(" is allowed"));
        let range = allowed.and_then(|range| range.split_once(" to "));
        let (low, high) = range.unwrap_or_else(|| panic!("no range: {message}"));
        let number = |text: &str, word: &str| text.trim_start_matches(word).parse::<f64>().unwrap();
        (number(low, "above "), number(high, "below "))
    }
}

/// A value as TOML on one line.
fn inline(value: &Value) -> String {
    value.to_string().replace('\n', " ")
}

fn filled(value: &Value, with: &Value) -> Value {
    match value {
        Value::Array(list) => Value::Array(list.iter().map(|v| filled(v, with)).collect()),
        _ => with.clone(),
    }
}

/// The first value of an array, at any depth; a single value itself.
fn first(value: &Value) -> Option<&Value> {
    match value {
        Value::Array(list) => list.first().and_then(first),
        value => Some(value),
    }
}

fn is_whole(value: &Value) -> bool {
    first(value).is_some_and(Value::is_integer)
}

fn is_number(value: &Value) -> bool {
    first(value).is_some_and(|v| v.is_integer() || v.is_float())
}

fn defaults(card: &Card) -> Table {
    toml::from_str(card.defaults).unwrap()
}

/// Every key of every experiment, but the seeds.
fn keys() -> Vec<Key> {
    fn collect(experiment: &'static dyn Experiment, table: Table, path: &str, into: &mut Vec<Key>) {
        for (key, value) in table {
            let path = if path.is_empty() { key } else { format!("{path}.{key}") };
            match value {
                Value::Table(inner) => collect(experiment, inner, &path, into),
                _ if path == "seeds" => {}
                value => into.push(Key { experiment, path, value }),
            }
        }
    }
    let mut keys = Vec::new();
    ALL.iter().for_each(|experiment| collect(*experiment, defaults(experiment.card()), "", &mut keys));
    keys
}

fn numbers() -> Vec<Key> {
    keys().into_iter().filter(|key| is_number(&key.value)).collect()
}

#[test]
fn every_number_of_every_experiment_has_limits() {
    let without = ALL.iter().map(|experiment| experiment.card()).flat_map(|card| {
        let keys = numbers_without_limits(card).unwrap();
        keys.into_iter().map(|key| format!("{} {key}", card.name))
    });
    assert_eq!(without.collect::<Vec<String>>(), Vec::<String>::new());
}

#[test]
fn numbers_that_are_none_and_numbers_without_bound_are_refused() {
    for key in numbers() {
        for (hostile, said) in [
            (f64::NAN, "nan"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (1e300, "1e300"),
            (-1e300, "-1e300"),
        ] {
            let message = key.must_refuse(&key.filled(&Value::Float(hostile)), said);
            let is_told = message.contains("allowed") || is_whole(&key.value);
            assert!(is_told, "{} {}: {message}", key.experiment.card().name, key.path);
        }
        for hostile in [9_000_000_000_000_000_000, i64::MIN, i64::MAX] {
            let message = key.must_refuse(&key.filled(&Value::Integer(hostile)), "");
            assert!(message.contains(" to ") && message.contains("allowed"), "{message}");
        }
    }
}

#[test]
fn numbers_just_outside_of_their_limits_are_refused_and_the_ends_resolve_or_contradict_another_key() {
    for key in numbers() {
        let (low, high) = key.limits();
        let (below, above) = match is_whole(&key.value) {
            true => (Value::Integer(low as i64 - 1), Value::Integer(high as i64 + 1)),
            false => (Value::Float(low.next_down()), Value::Float(high.next_up())),
        };
        for outside in [below, above] {
            let message = key.must_refuse(&key.filled(&outside), "");
            assert!(message.contains(" to "), "{message}");
        }
        let ends = [low, high].map(|end| match is_whole(&key.value) {
            true => Value::Integer(end as i64),
            false => Value::Float(end),
        });
        for end in ends {
            if let Some(message) = key.refusal(&key.filled(&end)) {
                let named = message.split_once(": ").map_or("", |(named, _)| named);
                assert!(!named.is_empty(), "{}: names nothing: {message}", key.tried(&end));
            }
        }
    }
}

#[test]
fn values_of_another_kind_are_refused() {
    for key in keys() {
        let number = is_number(&key.value);
        let mut strangers = vec![Value::Table(Table::from_iter([("a".into(), Value::Integer(1))]))];
        if number {
            strangers.push(Value::String("nonsense".into()));
        } else {
            strangers.push(Value::Float(0.5));
        }
        if !first(&key.value).is_some_and(Value::is_bool) {
            strangers.push(Value::Boolean(true));
        }
        if key.is_array() {
            strangers.push(Value::Integer(1));
        } else {
            strangers.push(Value::Array(vec![key.value.clone()]));
        }
        for stranger in &strangers {
            key.must_refuse(stranger, "");
        }
        if key.is_array() {
            for stranger in strangers.into_iter().filter(|v| !v.is_integer()) {
                key.must_refuse(&Value::Array(vec![stranger]), "");
            }
        }
    }
}

#[test]
fn lists_that_are_too_long_are_refused() {
    for key in keys().into_iter().filter(Key::is_array) {
        let entry = key.value.as_array().unwrap().first().cloned().unwrap_or("x".into());
        let long = Value::Array(vec![entry; 10_000]);
        key.must_refuse(&long, "10000 entries");
    }
}

#[test]
fn empty_lists_are_refused_where_something_must_be_there() {
    // Parts that may be left out, and columns of a file.
    let optional = [
        "scan.q",
        "scan.patterns",
        "long.q",
        "long.patterns",
        "states.patterns",
        "measure.scan_q",
        "file.series",
    ];
    for key in keys().into_iter().filter(|key| key.is_array() && !optional.contains(&&*key.path)) {
        key.must_refuse(&Value::Array(Vec::new()), "");
    }
}

#[test]
fn words_that_are_unknown_are_refused_with_the_known_ones() {
    let words = |value: &Value| first(value).is_some_and(Value::is_str);
    for key in keys().into_iter().filter(|key| words(&key.value) && !FREE_TEXT.contains(&&*key.path)) {
        let nonsense = Value::String("nonsense".into());
        let value = if key.is_array() { Value::Array(vec![nonsense]) } else { nonsense };
        let message = key.must_refuse(&value, "nonsense");
        let known = first(&key.value).and_then(Value::as_str).unwrap();
        assert!(message.contains(known), "{}: known words are missing: {message}", key.tried(&value));
    }
}

#[test]
fn numbers_whose_product_is_too_large_are_refused_together() {
    let cases: [(&str, &[&str], &[&str]); 12] = [
        (
            "prism",
            &["planner.neurons=100000", "cortex.neurons=100000", "cortex.nuclear_convergence=10000"],
            &["cortex.nuclear_convergence", "cortex.neurons"],
        ),
        ("forward/cartpole", &["episodes=10000", "steps=100000"], &["episodes", "steps"]),
        ("forward/cartpole", &["inner_loop.passes=100", "inner_loop.horizon=1000"], &["horizon", "passes"]),
        ("forward/anticipation", &["lines.lines=10000"], &["lines.lines", "taps"]),
        (
            "forward/anticipation",
            &["lines.duration_s=100000", "lines.lines=1000"],
            &["lines.duration_s", "1000 signals"],
        ),
        (
            "bench/anticipation",
            &["trials=10000", "trial_s=100", "models.granule_cells=100000"],
            &["trials", "models.granule_cells"],
        ),
        (
            "classic/eyeblink",
            &["protocol.trials=10000", "protocol.sessions=[1000, 1000, 1000]"],
            &["protocol.sessions", "10000 trials"],
        ),
        ("classic/mosaic", &["task.test_s=100000"], &["task.test_s", "learning_s"]),
        (
            "analysis/state_prediction",
            &["synthetic.wrist.trials=10000"],
            &["synthetic.wrist.trials", "directions"],
        ),
        (
            "sgdege/network",
            &["network.columns=4096", "network.rows=1000"],
            &["network.fibers_per_row", "columns"],
        ),
        ("sgdege/perceptron", &["sweep.epochs=10000000"], &["sweep.epochs", "patterns"]),
        (
            "sgdege/single_cell",
            &["measure.runs=100000", "measure.settle=10000000"],
            &["measure.runs", "settle"],
        ),
    ];
    for (name, settings, named) in cases {
        let experiment = lobule_experiments::find(name).unwrap();
        let settings: Vec<String> = settings.iter().map(|s| (*s).to_owned()).collect();
        let request = Request { settings: &settings, ..Request::default() };
        let refused = experiment.resolved(&request).err().unwrap_or_else(|| panic!("{name} {settings:?}"));
        named
            .iter()
            .for_each(|part| assert!(refused.to_string().contains(part), "{name}: {part}: {refused}"));
    }
}

#[test]
fn automatic_is_minus_one_and_nothing_else() {
    let prism = lobule_experiments::find("prism").unwrap();
    for module in ["forward", "inverse"] {
        let ask = |a_plus: &str| {
            let settings = [format!("{module}.a_plus_ns={a_plus}")];
            prism.resolved(&Request { settings: &settings, ..Request::default() })
        };
        assert!(ask("-1").is_ok() && ask("0").is_ok() && ask("0.0001").is_ok());
        for hostile in ["-0.5", "-0.0001", "nan", "-2"] {
            let refused = ask(hostile).unwrap_err().to_string();
            assert!(refused.starts_with(&format!("{module}.a_plus_ns: {hostile}")), "{hostile}: {refused}");
            assert!(refused.contains("-1"), "{refused}");
        }
    }
}

#[test]
fn bodies_of_ones_own_have_limits_too() {
    let bench = lobule_experiments::find("bench/anticipation").unwrap();
    let single =
        |mass: &str| format!("bodies.mine={{mass={mass}, damping=2, stiffness=4, weight=0, zero_s=0}}");
    let network = |mass: &str| {
        format!(
            "bodies.mine={{name='mine', masses=[{{name='m', mass={mass}}}], links=[{{between=['ground', 'm'], stiffness=4, damping=2}}], \
             senses=[{{of='m', quantity='position', channel={{name='x', unit='m'}}}}], commands=[{{on='m', channel={{name='f', unit='N'}}}}]}}"
        )
    };
    let ask = |setting: String| bench.resolved(&Request { settings: &[setting], ..Request::default() });
    for body in [single, network] as [fn(&str) -> String; 2] {
        assert_eq!(ask(body("1.0")).err().map(|e| e.to_string()), None);
        for (hostile, said) in [("nan", "nan"), ("1e300", "1e300"), ("-1e300", "-1e300"), ("inf", "inf")] {
            let refused = ask(body(hostile)).unwrap_err().to_string();
            assert!(refused.contains("bodies.mine") && refused.contains("mass"), "{refused}");
            assert!(refused.contains(said) && refused.contains(" to "), "{refused}");
        }
    }
}

#[test]
fn keys_without_effect_are_refused_where_they_are_changed_and_taken_where_they_have_one() {
    for (name, on, off, key) in [
        ("prism", "sites.pf_mli=true", "sites.pf_mli=false", "sites.pf_mli_w_max_ns=0.4"),
        ("prism", "sites.mf_dcn=true", "sites.mf_dcn=false", "sites.mf_dcn_w_max_ns=3.0"),
        ("prism", "sites.pc_dcn=true", "sites.pc_dcn=false", "sites.pc_dcn_lambda=4.0"),
        ("classic/eyeblink", "cerebellum=spiking", "cerebellum=rates", "spiking.probes=9"),
        ("analysis/state_prediction", "source=network", "source=synthetic", "network.olive_hz=2.0"),
        ("bench/anticipation", "timing.repeats=5", "timing.repeats=0", "timing.steps=2001"),
        ("forward/cartpole", "inner_loop.passes=1", "inner_loop.passes=0", "inner_loop.horizon=2"),
    ] {
        let resolve = |settings: &[&str]| {
            let settings: Vec<String> = settings.iter().map(|s| (*s).to_string()).collect();
            let request = Request { settings: &settings, ..Request::default() };
            lobule_experiments::find(name).unwrap().resolved(&request).map_err(|e| e.to_string())
        };
        resolve(&[on, key]).unwrap();
        let error = resolve(&[off, key]).unwrap_err();
        assert!(error.contains("would have no effect"), "{name} {key}: {error}");
        assert!(error.starts_with(key.split('=').next().unwrap()), "{name} {key}: {error}");
    }
}

#[test]
fn keys_without_effect_are_refused_beside_what_makes_them_so() {
    for (name, settings) in [
        ("prism", &["loop.forward=off", "forward.a_minus_ns=-0.003"][..]),
        ("prism", &["loop.inverse=off", "planner.place_peak_hz=100.0"]),
        ("prism", &["planner.code=rate", "planner.place_width_deg=7.0"]),
        ("prism", &["scaffold.file=net.hdf5", "scaffold.size_um=[60.0,60.0]"]),
        ("classic/eyeblink", &["cerebellum=spiking", "conditioning.order=8"]),
        ("analysis/state_prediction", &["source=network", "synthetic.nuclear.units=9"]),
        ("bench/anticipation", &["conditions=[\"reach\"]", "push.at_s=1.0"]),
        ("bench/anticipation", &["controllers=[\"feedback\"]", "rates.nlms=0.4"]),
        ("bench/anticipation", &["plants=[\"damped\"]", "bodies.inertia.mass=2.0"]),
        ("cfpc/tracking", &["plant=damped", "bench.plants.resonant.mass=2.0"]),
        ("forward/cartpole", &["tasks=[\"two_actions\"]", "pd.gains=[3.0]"]),
        ("sgdege/marr_albus_ito", &["network.rate_no=10.0"]),
        ("sgdege/pointing", &["rules=[\"static\"]", "reinforce.sigma=9.0"]),
        ("sgdege/network", &["sensitivity=false", "sensitivity_share=0.2"]),
        ("classic/pursuit", &["controllers=[\"feedback\"]", "foresight.taps=7"]),
        ("classic/vor", &["flocculus.architectures=[\"recurrent\"]", "flocculus.rate_feed_forward=0.002"]),
    ] {
        let settings: Vec<String> = settings.iter().map(|s| (*s).to_string()).collect();
        let request = Request { settings: &settings, ..Request::default() };
        let refused = lobule_experiments::find(name).unwrap().resolved(&request);
        let error = refused.map(|_| ()).unwrap_err().to_string();
        assert!(error.contains("would have no effect"), "{name} {settings:?}: {error}");
    }
}
