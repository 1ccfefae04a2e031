#!/usr/bin/env python3
"""Energy and grain volume through a press, row by row of history.csv.

books   kinetic energy + what contacts took - what the punch gave: an identity of the scheme, column energy_error
return  work of the contacts less what slid away is what they store and what they spent on plastic flow: none for an
        elastic law, never less than before for any law
volume  apparent spheres less the caps their contacts cut off hold the volume of the grains, column volume_error"""
import csv
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
NO_ADHESION = [word for part in ("contact", "die_wall", "die_top", "die_bottom")
               for word in (f"-{part}_work_of_adhesion", "0 J/m^2")]
COHESIVE = ["-powder_packing", "cohesive", "-powder_relative_density", "0.3", "-press_inertial_number", "4e-3"]


def history(program, folder, more):
    command = ["mpirun", "-n", "1", program, os.path.join(HERE, "balance.yml"), "-output_folder", folder, *more]
    run = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert run.returncode == 0, run.stdout
    with open(os.path.join(folder, "history.csv"), newline="") as f:
        rows = [{k: float(v) for k, v in row.items()} for row in csv.DictReader(f)]
    assert rows[-1]["pressure_top_GPa"] > 0.5, "the powder was not pressed: nothing was tested"
    return rows


def largest(rows, key):
    return max(abs(row[key]) for row in rows)


def plastic(row):
    return row["work_normal_aJ"] + row["work_tangential_aJ"] - row["work_friction_aJ"] - row["stored_aJ"]


def largest_fall(values):
    fall, best = 0.0, values[0]
    for value in values:
        best = max(best, value)
        fall = max(fall, best - value)
    return fall


def check_books(name, rows):
    error = largest(rows, "energy_error")
    print(f"{name}: {len(rows)} rows, energy error at most {error:.1e}")
    # 1 % is what a run must keep; the identity leaves 1e-4 where nothing has moved yet and rounding to the unit shows
    assert error < 1e-3, f"{name}: energy is not accounted for"


def check_elastic(rows):
    """2e-3 of the stored energy: a contact's first and last step, and slip inside a step, are of first order in dt."""
    first, most = plastic(rows[0]), largest(rows, "stored_aJ")
    off = max(abs(plastic(row) - first) for row in rows) / most
    print(f"elastic: work and stored energy differ by at most {off:.1e} of {most:.0f} aJ")
    assert off < 2e-3, "an elastic contact gave or kept energy"


def check_plastic(rows):
    """1e-3 of the punch's work: what the apparent radius does to other contacts is not in their work."""
    values, work = [plastic(row) for row in rows], rows[-1]["work_tools_aJ"]
    fall = largest_fall(values)
    print(f"plastic: spent {values[-1] - values[0]:.0f} of {work:.0f} aJ, fell by {fall / work:.1e} of it")
    assert values[-1] - values[0] > 0.3 * work, "a powder at 0.8 density flowed less than it stored"
    assert fall < 1e-3 * work, "plastic work came back"


def check_volume(name, rows, limit):
    error = largest(rows, "volume_error")
    print(f"{name}: volume error at most {error:.2e}")
    assert error < limit, f"{name}: grains lost or gained volume"


def main():
    program, work = sys.argv[1:3]
    shutil.rmtree(work, ignore_errors=True)
    os.makedirs(work)
    rows = history(program, os.path.join(work, "elastic"),
                   ["-contact_law", "hertz_mindlin", "-time_step_fraction", "0.15"])
    check_books("elastic", rows)
    check_elastic(rows)
    rows = history(program, os.path.join(work, "plastic"), NO_ADHESION)
    check_books("plastic", rows)
    check_plastic(rows)
    check_volume("plastic", rows, 0.01)  # elastic compression of the grains at 0.6 GPa is 0.2 %; the gate at psi_b
    rows = history(program, os.path.join(work, "cohesive"), COHESIVE)
    check_books("cohesive", rows)
    check_volume("cohesive", rows, 0.03)  # bare grains pull flats of 0.6 R, at which caps begin to overlap


if __name__ == "__main__":
    main()
