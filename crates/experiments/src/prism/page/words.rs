//! The fixed words of the report: explanation and glossary.

/// The experiment for somebody who has never heard of it.
pub const EXPLANATION: [&str; 5] = [
    "Somebody points at a target while wearing glasses with prisms, which shift everything they see to one side: \
     at first they miss by the angle of the prisms.",
    "Within some tens of trials they hit the target again, and when the glasses come off they miss to the other side \
     for a while. Both are weaker in people whose cerebellum is damaged.",
    "Here the person is a program: a planner that sees the target, a motor cortex that turns it into a command, an \
     arm, and two pieces of cerebellum made of spiking neurons.",
    "One piece (the forward module) receives a copy of the motor command and corrects it; the other (the inverse \
     module) sees the target and adds a torque of its own.",
    "After each movement the miss is sent to the inferior olive. Its climbing fibres weaken the synapses from granule to \
     Purkinje cells that were active shortly before; each spike of a granule cell strengthens its own synapses a little. \
     Nothing else in the network changes.",
];

/// Terms of the report, in plain words.
pub const GLOSSARY: [(&str, &str); 18] = [
    (
        "After-effect",
        "The error of opposite sign after the prisms are removed. It shows that the correction was learned and \
      not a mere aiming beside the target.",
    ),
    (
        "Climbing fibre",
        "The axon of an olive cell on a Purkinje cell. Each of its spikes says: this movement went wrong.",
    ),
    (
        "Deep cerebellar nuclei",
        "The output of the cerebellum. Purkinje cells inhibit the nuclear cells, so a quieter Purkinje cell \
      means a louder output.",
    ),
    (
        "Efference copy",
        "A copy of the motor command sent to another part of the brain; here from the motor cortex to the forward \
      module.",
    ),
    (
        "Forward module",
        "The piece of cerebellum that receives the command and corrects it at its source, the motor cortex.",
    ),
    (
        "Golgi, basket and stellate cells",
        "Inhibitory cells that keep the activity of granule and Purkinje cells in range.",
    ),
    (
        "Granule cell",
        "The smallest and most numerous neuron. Few are active at a time, so each moment of a movement has its own \
      pattern.",
    ),
    (
        "Inferior olive",
        "The source of climbing fibres. Two opponent groups of its cells report errors to the two sides.",
    ),
    ("Inverse module", "The piece of cerebellum that receives the target and adds a torque to the command."),
    (
        "Microzone",
        "A group of Purkinje cells with common climbing fibres and common nuclear cells. Every module has a plus and a \
      minus microzone with opposite effects.",
    ),
    (
        "Mossy fibre",
        "The input of the cerebellum; here it carries the spikes of the planner or of the motor cortex.",
    ),
    (
        "Parallel fibre",
        "The axon of a granule cell. Its synapses on Purkinje cells are the only ones that learn in this experiment.",
    ),
    ("Plastic, static", "With and without changes of these synapses. Everything else is equal."),
    (
        "Plasticity rule",
        "A climbing-fibre spike weakens the synapses that were active shortly before it; every parallel-fibre spike \
      strengthens its synapses a little. Without errors the two balance.",
    ),
    ("Prisms", "Glasses that shift the visual world by a fixed angle."),
    (
        "Purkinje cell",
        "The large neuron that listens to very many parallel fibres and to its climbing fibre, and inhibits the nuclei.",
    ),
    (
        "Seed",
        "The number from which all random choices of a run follow. Different seeds are the repetitions of this experiment.",
    ),
    ("Standard deviation (sd)", "The spread of values, here over seeds unless another is named."),
];
