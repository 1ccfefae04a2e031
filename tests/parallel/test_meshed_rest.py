#!/usr/bin/env python3
"""Meshed grains that adhere come to rest: a disc of four (equilibrium.yml), held under load at two works of adhesion.

Contacts that gave energy kept a kinetic energy of 3e-3 aJ and put 0.1 aJ a hundred steps into dashpots."""
import os
import shutil
import sys

sys.dont_write_bytecode = True
from test_equilibrium import WORK, last, rows, run  # noqa: E402

DISC = ("-powder_grains", "4", "-die_aspect_ratio", "0.5")
HELD = ("-programme", "press,dwell", "-dwell_time", "0.3 ns", "-output_history_every", "100")


def main():
    for work in ("0.5 J/m^2", "2.6 J/m^2"):
        folder, _ = run(f"rest{work[:3]}", 1, *DISC, *HELD, "-contact_work_of_adhesion", work)
        held = [row for row in rows(folder) if row["stage"] == "1"]
        kinetic = float(held[-1]["kinetic_aJ"])
        late = [float(row["work_normal_aJ"]) for row in held[-6:]]
        print(f"{work}: kinetic energy {kinetic:.2g} aJ, contacts gave {late[0] - late[-1]:.2g} aJ in the last 500 steps")
        # of some 250 aJ of strain: the servo still moves the punch
        assert kinetic < 1e-6 and abs(late[0] - late[-1]) < 0.02
        assert abs(float(held[-1]["energy_error"])) < 0.01


if __name__ == "__main__":
    shutil.rmtree(WORK, ignore_errors=True)
    os.makedirs(WORK)
    main()
