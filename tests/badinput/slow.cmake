# Ligands and the slow clock; nm_add_bad is that of cases.cmake.
set(dwell -programme press,dwell -dwell_time)

nm_add_bad(NAME slow_dwell_of_another_law EDIT "  law: mdr\\n  mdr: {psi_b: 0.5}" "  law: hertz_mindlin"
                                                "cohesive" "random" ARGS ${dwell} "10 s"
           FAILS "dwell_time: a dwell of 10 s is on the slow clock, which needs a law whose contacts can flow")
nm_add_bad(NAME slow_dwell_of_jkr EDIT "  law: mdr\\n  mdr: {psi_b: 0.5}" "  law: jkr" ARGS ${dwell} "1.1 us"
           FAILS "contact_law mdr, not jkr (up to 1 us any law will do)")
nm_add_bad(NAME slow_dwell_without_diffusion EDIT "material: au" "material: card.yml"
           CARD ${CMAKE_CURRENT_SOURCE_DIR}/badinput/no_diffusion.yml "Xx" "Yy" ARGS ${dwell} "10 s"
           FAILS "dwell_time: a dwell of 10 s needs 'atomic_volume' of the material, which")
nm_add_bad(NAME slow_coverage_nan ARGS -ligand_coverage nan
           FAILS "-ligand_coverage: 'nan' is not a finite number")
nm_add_bad(NAME slow_temperature_without_unit ARGS -temperature 300
           FAILS "-temperature: '300' has no unit; write e.g. '")
nm_add_bad(NAME slow_key_misspelt EDIT "title: spoiled" "sinter: {approach_limt: 0.01}"
           FAILS "sinter_approach_limt: unknown key; did you mean 'sinter_approach_limit'?")
nm_add_bad(NAME slow_limit_of_zero ARGS -sinter_neck_limit 0
           FAILS "-sinter_neck_limit: '0' is out of range (allowed 0.0001 .. 1")

# grains that join where aligned
nm_add_bad(NAME ionic_without_facet ARGS -material_bond 2
           FAILS "-material_bond: grains that join where they are aligned (2) need 'facet' of the material, which")
nm_add_bad(NAME ionic_card_without_boundary EDIT "material: au" "material: card.yml"
           CARD ${PROJECT_SOURCE_DIR}/inputs/materials/pbs.yml "0.09 J/m^2" "0 J/m^2"
           FAILS "need 'gb_energy' of the material, which")
nm_add_bad(NAME ionic_facet_of_no_family ARGS -material_bond 2 -material_facet 101
           FAILS "-material_facet: 101 is no family of facets; 100, 110 and 111 are")
nm_add_bad(NAME ionic_barrier_without_unit ARGS -sinter_joining_barrier 0.4
           FAILS "-sinter_joining_barrier: '0.4' has no unit; write e.g. '")
nm_add_bad(NAME ionic_dwell_with_diffusion EDIT "material: au" "material: pbs" ARGS ${dwell} "10 s"
           FAILS "dwell_time: a dwell of 10 s needs 'atomic_volume' of the material, which")
