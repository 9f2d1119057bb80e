//! The fixed words of the report: explanation and glossary.

pub const EXPLANATION: [&str; 5] = [
    "People who point at a target through prism glasses, which displace everything they see to one side, at first miss by the prism angle.",
    "Within a few tens of trials they are accurate again. When the glasses come off, they miss in the opposite direction for a while. Both \
     effects are weaker in people with damage to the cerebellum.",
    "Here a program takes the place of the person. It consists of a planner that sees the target, a motor cortex that converts the target into \
     a command, an arm, and two cerebellar modules of spiking neurons.",
    "The forward module receives a copy of the motor command and corrects the command. The inverse module receives the target and adds a torque \
     of its own.",
    "After each movement the inferior olive receives the error. Its climbing fibers weaken the synapses from granule to Purkinje cells that were \
     active shortly before, and each spike of a granule cell strengthens its own synapses a little. Nothing else in the network changes.",
];

/// Terms of the report in plain words: a line for each, term and text.
pub const GLOSSARY: &str = "\
After-effect: The error of opposite sign after the prisms are removed. It shows that the network learned a correction and did not merely \
change its aim, as a strategy would.
Climbing fiber: The axon of an olive cell on a Purkinje cell. Each of its spikes signals an error of the last movement.
Deep cerebellar nuclei: The output of the cerebellum. Purkinje cells inhibit the nuclear cells, so the output rises when Purkinje cells \
fire less.
Efference copy: A copy of the motor command that is sent to another part of the brain, here from the motor cortex to the forward module.
Forward module: The cerebellar module that receives the command and corrects it at its source, the motor cortex.
Golgi, basket and stellate cells: Inhibitory cells that keep the activity of granule and Purkinje cells in range.
Granule cell: The smallest and most numerous neuron. Few are active at a time, so each moment of a movement has its own pattern of \
activity.
Inferior olive: The source of climbing fibers. Two opponent groups of its cells signal errors in the two directions.
Inverse module: The cerebellar module that receives the target and adds a torque to the command.
Microzone: A group of Purkinje cells with common climbing fibers and common nuclear cells. Every module has a plus and a minus microzone \
with opposite effects.
Mossy fiber: The input of the cerebellum. Here it carries the spikes of the planner or of the motor cortex.
Parallel fiber: The axon of a granule cell. In this experiment only its synapses on Purkinje cells learn.
Plastic, static: With and without changes of these synapses. Everything else is equal.
Plasticity rule: A climbing-fiber spike weakens the synapses that were active shortly before it. Every parallel-fiber spike strengthens \
its synapses a little. Without errors the two effects balance.
Prisms: Glasses that displace the visual world by a fixed angle.
Purkinje cell: The large neuron that receives input from very many parallel fibers and from one climbing fiber, and inhibits the nuclei.
Seed: The number from which all random choices of a run follow. Runs with different seeds are the repetitions of this experiment.
Standard deviation (sd): The spread of values, here over seeds unless another is named.";
