#!/usr/bin/env python3
"""Release and ejection by equilibrium of rigid and meshed grains together, by damped motion (damped.yml).

Tools carry nothing afterwards, unbalanced forces are 1e-4 of those of contact, energies add up, the coin has sprung back
by what a slow explicit release finds.  Stopped while the punch withdraws, and while the wall does, a run goes on to the
same history.csv, byte for byte, on another number of ranks each time.  Meshed grains alone spring back by what Newton's rule finds,
rigid ones alone by what the explicit release does.  A balance that is not found ends the run with exit code 3, names the
grain and leaves the checkpoint as it was.  A checkpoint from within a stage does not go on by another method."""
import os
import shutil
import sys

sys.dont_write_bytecode = True
from stopped import STOPPED, check_error, check_failure, check_goes_on, last, rows, run, summary  # noqa: E402

USER, PHYSICS = 2, 3
DAMPED, NO_MODULI = ["-release_balance", "damped"], ["-release_moduli", "no"]
SLOW = ["-release_method", "explicit", "-release_inertial_number", "5e-4"]
SAME = 0.01  # springback damped and by the slow explicit release: 0.2 % is found, and 6 % with four times the speed
NEWTON = 0.02  # the paths differ where spots slide
FREE = ["-die_top_work_of_adhesion", "0 J/m^2"]  # a punch that pulls would draw the coin out
RIGID = ["-mesh_grains", "none", *FREE]


def springback(folder):
    return float(last(folder, 1)["height_moment_nm"]) / float(last(folder, 0)["height_moment_nm"]) - 1.0


def balanced(folder, said):
    pressed, released, out = (last(folder, k) for k in range(3))
    assert said.count("in equilibrium after") == 2, said
    assert 0.0 < float(pressed["meshed_fraction"]) < 1.0, "grains of one kind only"
    for row in (released, out):
        assert float(row["static_residual"]) <= 1e-4 and float(row["static_steps"]) > 0.0
        assert abs(float(row["energy_error"])) < 0.01, "the energies do not add up"
    assert float(released["static_newton"]) == 0.0
    assert float(released["force_top_nN"]) == 0.0, "the punch still carries something"
    assert float(out["force_wall_nN"]) == 0.0, "the wall still carries something"
    # net forces on grains, whatever holds them: sums of what is left on nodes
    assert float(released["unbalance"]) < 1e-3 and float(out["unbalance"]) < 1e-3
    found = summary(folder)
    assert found["meshed"]["equilibrium"]["residual"] <= 1e-4
    assert 0.001 < found["coin"]["springback_axial"] < 0.05 and abs(found["coin"]["springback_radial"]) < 0.05
    print("springback: axial", found["coin"]["springback_axial"], "radial", found["coin"]["springback_radial"], "steps",
          out["static_steps"], "energy error", out["energy_error"])


def compare(program, work, name, extra, damped, other, rtol, deck="damped.yml"):
    """One press, released by damped motion and otherwise.  Returns the checkpoint between them."""
    folder, back = os.path.join(work, name), []
    checkpoint = os.path.join(work, name + ".h5")
    run(program, deck, 1, folder, [*extra, "-programme", "press"])
    shutil.copy(os.path.join(folder, "checkpoint.h5"), checkpoint)
    for way in (damped, other):
        run(program, deck, 1, folder, [*extra, "-programme", "press,release", "-restart", checkpoint, *way])
        back.append(springback(folder))
    print(f"{name}: springback {back[0]:.6f} damped, {back[1]:.6f} by {' '.join(other)}")
    assert abs(back[0] / back[1] - 1.0) < rtol
    return checkpoint


def midst_keeps_method(program, folder, step):
    """What moves by damped motion does not go on by another method."""
    run(program, "damped.yml", 1, folder, ["-time_max_steps", str(step)], STOPPED)
    restart = ["-restart", os.path.join(folder, "checkpoint.h5")]
    said = run(program, "damped.yml", 1, folder + "_other", [*restart, "-release_method", "explicit"], USER)
    check_error(said, ("in the midst of release by damped motion", "release_method", "release_balance", "before that stage"))


def balance_not_found(program, checkpoint):
    folder = checkpoint[:-len(".h5")] + "_failed"
    with open(checkpoint, "rb") as f:
        was = f.read()
    for ranks in (1, 2):
        said = run(program, "damped.yml", ranks, folder, ["-restart", checkpoint, "-release_steps_max", "100",
                                                          "-release_tolerance", "1e-12"], PHYSICS)
        message = check_error(said, ("release: no balance after 100 steps", "top punch", "grain ", "release_steps_max", "explicit"))
        failure = check_failure(said, folder, "release", message, checkpoint)
        assert 1e-12 < failure["unbalanced"] < 1.0 and f"{failure['unbalanced']:.2g} of those of contact" in message, failure
        with open(checkpoint, "rb") as f:
            assert f.read() == was, "the checkpoint is not what it was"
    print(message)


def main():
    program, work = sys.argv[1:3]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    straight = os.path.join(work, "straight")
    balanced(straight, run(program, "damped.yml", 1, straight, []))
    within = [[row["step"] for row in rows(straight) if row["stage"] == stage] for stage in "12"]
    check_goes_on(program, "damped.yml", (2, 3, 2), [steps[len(steps) // 2] for steps in within], straight)
    midst_keeps_method(program, os.path.join(work, "midst"), within[0][len(within[0]) // 2])
    pressed = compare(program, work, "mixed", FREE, DAMPED, SLOW, SAME)
    compare(program, work, "rigid", RIGID, DAMPED, SLOW, SAME)
    compare(program, work, "meshed", [], [*DAMPED, *NO_MODULI], ["-release_balance", "newton", *NO_MODULI], NEWTON, "equilibrium.yml")
    balance_not_found(program, pressed)


if __name__ == "__main__":
    main()
