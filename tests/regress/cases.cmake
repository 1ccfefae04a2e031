# Seven stages to their end, the same bytes on any number of ranks.
nm_add_run(NAME presses DECK presses.yml RANKS 1 2 LABELS regress SAME history.csv EXPECT summary.json coin.energy_error 0 ATOL 1e-4
           WHY "the books of work and energy close over two presses, releases and the ejection")

# A press that meets its density limit first ends there, says so, and the dwell after it holds the height.
nm_add_run(NAME density_limit DECK presses.yml RANKS 1 2 LABELS regress SAME history.csv
           ARGS -programme press,dwell -press_density_limit 0.55
           MATCHES "press ended at its density_limit of 0.55 before it reached the pressure of 0.3 GPa")

# Tools stickier than the grains: contacts hold as far as the tools' adhesion reaches.
nm_add_run(NAME sticky_tools DECK presses.yml RANKS 1 3 LABELS regress SAME history.csv
           ARGS -programme press,release -contact_law jkr -contact_work_of_adhesion "0 J/m^2" -die_top_work_of_adhesion "3 J/m^2"
                -die_bottom_work_of_adhesion "3 J/m^2" -die_wall_work_of_adhesion "3 J/m^2")

# Fewer grains than ranks.
nm_add_run(NAME three_grains DECK presses.yml RANKS 1 4 LABELS regress SAME history.csv
           ARGS -programme fill -fill_time "2 ns" -powder_grains 3 -powder_packing cohesive -powder_relative_density 0.2
                -die_diameter "9 nm" -output_history_every 100)

# A press in a hurry: the servo must not drive the coin's own oscillation (it did, for ever, at this speed).
nm_add_run(NAME hasty_servo DECK presses.yml RANKS 1 LABELS regress EXPECT history.csv pressure_top_GPa 0.2 RTOL 0.03
           WHY "the stage ends only when the pressure has stayed within 2 % for servo_time"
           ARGS -programme press -powder_grains 100 -press_pressure "0.2 GPa" -press_inertial_number 5e-2 -powder_seed 1)

# Reads and checks, and runs nothing.
nm_add_run(NAME check_only DECK presses.yml RANKS 1 2 LABELS regress ARGS -check -press_pressure "5 GPa"
           MATCHES "presses.yml: deck is fine")
