//! The loop of the experiment as a drawing: who sends what to whom.

use lobule_study::report::drawing::*;

/// Middle of the row of target, planner, cortex and arm.
const ROW: f64 = 250.0;
/// Columns of the plus and the minus channel.
const PLUS: f64 = 388.0;
/// See [`PLUS`].
const MINUS: f64 = 436.0;
/// Middle of the granule cells.
const GRANULE: f64 = 306.0;
/// Point where the inverse module's torque joins the cortical command.
const SUM: f64 = 524.0;

/// Heights of the parts of one module; the two modules mirror each other.
struct Heights {
    olive: f64,
    purkinje: f64,
    nuclei: f64,
    frame: (f64, f64),
}

pub fn loop_schematic() -> Figure {
    let mut d = Drawing::new(760.0, 500.0);
    let inverse = Heights { olive: 28.0, purkinje: 94.0, nuclei: 154.0, frame: (66.0, 180.0) };
    let forward = Heights { olive: 472.0, purkinje: 406.0, nuclei: 346.0, frame: (320.0, 434.0) };
    errors(&mut d, &inverse, &forward);
    module(&mut d, ORANGE, &inverse);
    module(&mut d, GREEN, &forward);
    main_row(&mut d);
    paths(&mut d, &inverse, &forward);
    let caption = "The loop. The planner sees the target through the prisms and drives the motor cortex, which \
        commands the arm. The inverse module (above) sees the target and adds a torque of its own; the forward module \
        (below) receives a copy of the command and corrects the cortex. In each module granule cells excite Purkinje \
        cells, which inhibit the nuclear cells; every module has a plus and a minus microzone whose outputs act in \
        opposite directions. The pointing error of one trial reaches, in the next, one of two opponent groups of olive \
        cells, whose climbing fibers (purple) teach the Purkinje cells above or below them. Arrows excite, bars \
        inhibit.";
    Figure::svg("schematic", caption, d.finish())
}

fn label(d: &mut Drawing, at: (f64, f64), text: &str) {
    d.text(at, text, Lettering::new(12.0, Anchor::Middle));
}

fn remark(d: &mut Drawing, at: (f64, f64), text: &str, anchor: Anchor) {
    d.text(at, text, Lettering::new(12.0, anchor).color(FAINT));
}

fn named_box(d: &mut Drawing, x: f64, width: f64, name: &str, under: &str) {
    d.rect((x, ROW - 27.0), (width, 54.0), 7.0, PAPER, &Stroke::new(INK, 1.5));
    d.text((x + width / 2.0, ROW - 2.0), name, Lettering::new(13.0, Anchor::Middle).bold());
    remark(d, (x + width / 2.0, ROW + 15.0), under, Anchor::Middle);
}

/// Target and prisms, planner, motor cortex, arm, error.
fn main_row(d: &mut Drawing) {
    let pen = Stroke::new(INK, 1.6);
    d.star((24.0, ROW), 10.0, VERMILLION);
    label(d, (28.0, ROW + 38.0), "target");
    d.line(&[(36.0, ROW), (62.0, ROW)], &Stroke::new(VERMILLION, 1.4));
    let prism = [(52.0, ROW + 18.0), (84.0, ROW + 18.0), (68.0, ROW - 18.0), (52.0, ROW + 18.0)];
    d.polygon(&prism, &tint(SKY, 0.35));
    d.line(&prism, &Stroke::new(BLUE, 1.2));
    label(d, (76.0, ROW + 38.0), "prisms");
    d.arrow(&[(75.0, ROW - 2.0), (118.0, ROW - 10.0)], &Stroke::new(VERMILLION, 1.4));
    named_box(d, 118.0, 104.0, "Planner", "target → spikes");
    d.arrow(&[(222.0, ROW), (286.0, ROW)], &pen);
    named_box(d, 286.0, 180.0, "Motor cortex", "spikes → command");
    d.arrow(&[(466.0, ROW), (SUM - 11.0, ROW)], &pen);
    d.disc((SUM, ROW), 11.0, PAPER, &pen);
    d.line(&[(SUM - 6.0, ROW), (SUM + 6.0, ROW)], &pen);
    d.line(&[(SUM, ROW - 6.0), (SUM, ROW + 6.0)], &pen);
    d.arrow(&[(SUM + 11.0, ROW), (564.0, ROW)], &pen);
    // The arm itself in place of a name only.
    d.rect((564.0, ROW - 27.0), (82.0, 54.0), 7.0, PAPER, &Stroke::new(INK, 1.5));
    d.line(&[(580.0, ROW + 17.0), (612.0, ROW + 6.0), (630.0, ROW - 15.0)], &Stroke::new("#8a8a8a", 5.0));
    d.disc((580.0, ROW + 17.0), 3.0, PAPER, &Stroke::new(INK, 1.5));
    d.disc((612.0, ROW + 6.0), 3.0, PAPER, &Stroke::new(INK, 1.5));
    d.text((574.0, ROW - 9.0), "Arm", Lettering::new(13.0, Anchor::Start).bold());
    d.arrow(&[(646.0, ROW), (672.0, ROW)], &pen);
    named_box(d, 672.0, 82.0, "Error", "miss, deg");
}

/// Granule cells, two microzones of Purkinje and nuclear cells, and the olive.
fn module(d: &mut Drawing, color: &str, h: &Heights) {
    let (top, bottom) = h.frame;
    d.rect((258.0, top), (212.0, bottom - top), 10.0, &tint(color, 0.12), &Stroke::new(color, 1.5));
    let excite = Stroke::new("#5a5a5a", 1.4);
    let up = if h.olive > h.purkinje { -1.0 } else { 1.0 };

    // The parallel fiber passes the first Purkinje cell on its way to the second.
    d.arrow(&[(GRANULE + 36.0, h.purkinje), (PLUS - 12.0, h.purkinje)], &excite);
    d.arrow(&[(PLUS, h.purkinje), (MINUS - 12.0, h.purkinje)], &excite);
    let olive = tint(PURPLE, 0.18);
    let (corner, size) = ((PLUS - 19.0, h.olive - 17.0), (MINUS - PLUS + 38.0, 34.0));
    d.rect(corner, size, 17.0, &olive, &Stroke::new(PURPLE, 1.5));
    for x in [PLUS, MINUS] {
        d.blocked(&[(x, h.purkinje + up * 12.0), (x, h.nuclei - up * 14.0)], &Stroke::new(BLUE, 1.6));
        d.arrow(&[(x, h.olive + up * 11.0), (x, h.purkinje - up * 12.0)], &Stroke::new(PURPLE, 1.8));
    }
    d.rect((GRANULE - 36.0, h.purkinje - 20.0), (72.0, 40.0), 6.0, PAPER, &Stroke::new(SKY, 1.6));
    label(d, (GRANULE, h.purkinje - 3.0), "granule");
    label(d, (GRANULE, h.purkinje + 12.0), "cells");
    for (x, sign) in [(PLUS, "+"), (MINUS, "−")] {
        for (y, ink) in [(h.purkinje, BLUE), (h.nuclei, VERMILLION), (h.olive, PURPLE)] {
            d.disc((x, y), 11.0, PAPER, &Stroke::new(ink, 1.8));
            d.text((x, y + 4.5), sign, Lettering::new(13.0, Anchor::Middle).bold());
        }
    }
    for (y, text, ink) in [(h.purkinje, "Purkinje cells", BLUE), (h.nuclei, "nuclear cells", VERMILLION)] {
        d.text((478.0, y + 4.0), text, Lettering::new(12.0, Anchor::Start).color(ink));
    }
}

/// The way of the error to both olives; drawn first, under everything.
fn errors(d: &mut Drawing, inverse: &Heights, forward: &Heights) {
    let pen = Stroke::new(PURPLE, 1.6);
    for (h, edge) in [(inverse, ROW - 27.0), (forward, ROW + 27.0)] {
        d.arrow(&[(713.0, edge), (713.0, h.olive), (MINUS + 20.0, h.olive)], &pen);
        let y = if h.olive < ROW { h.olive + 18.0 } else { h.olive - 10.0 };
        d.text((606.0, y), "error of the last trial", Lettering::new(12.0, Anchor::Middle).color(FAINT));
        let (x, y) = (PLUS - 28.0, h.olive + 4.0);
        d.text((x, y), "inferior olive", Lettering::new(12.0, Anchor::End).color("#a14d79"));
    }
}

/// The wires between the row and the modules, with the modules' names.
fn paths(d: &mut Drawing, inverse: &Heights, forward: &Heights) {
    let pen = Stroke::new(INK, 1.6);
    // Planner to the inverse module.
    d.arrow(&[(170.0, ROW - 27.0), (170.0, inverse.purkinje), (GRANULE - 36.0, inverse.purkinje)], &pen);
    remark(d, (162.0, 150.0), "target", Anchor::End);
    d.text((20.0, 84.0), "Inverse module", Lettering::new(14.0, Anchor::Start).bold().color("#a87400"));
    remark(d, (20.0, 102.0), "target in, torque out", Anchor::Start);
    // Its torque to the sum, plus and minus.
    let torque = Stroke::new(VERMILLION, 1.6);
    d.line(&[(PLUS, inverse.nuclei + 11.0), (PLUS, 198.0), (SUM, 198.0)], &torque);
    d.line(&[(MINUS, inverse.nuclei + 11.0), (MINUS, 198.0)], &torque);
    d.arrow(&[(SUM, 198.0), (SUM, ROW - 11.0)], &torque);
    remark(d, (SUM + 10.0, 212.0), "± torque", Anchor::Start);
    // Copy of the command to the forward module, and its correction.
    d.arrow(&[(GRANULE, ROW + 27.0), (GRANULE, forward.purkinje - 20.0)], &pen);
    remark(d, (GRANULE - 8.0, 306.0), "efference copy", Anchor::End);
    for x in [PLUS, MINUS] {
        d.arrow(&[(x, forward.nuclei - 11.0), (x, ROW + 27.0)], &torque);
    }
    remark(d, (MINUS + 10.0, 306.0), "± correction", Anchor::Start);
    d.text((20.0, 396.0), "Forward module", Lettering::new(14.0, Anchor::Start).bold().color("#00795a"));
    remark(d, (20.0, 414.0), "command in, correction out", Anchor::Start);
}
