# One powder, two laws: history.csv byte for byte, and VTK frames but for the array `rank`, on 1, 2, 3 and 4 ranks.
# 25,000 steps and more: chaos would have made one wrong bit visible in every column long before.
# mdr: a step of 0.05 resolves its stiffest contacts; a wider skin, because cohesive grains jump together at the start.
nm_add_run(NAME press_hertz DECK press.yml RANKS 1 2 3 4 LABELS parallel SAME history.csv
           ARGS -time_step_fraction 0.2)
nm_add_run(NAME press_mdr DECK press.yml RANKS 1 2 3 4 LABELS parallel SAME history.csv
           ARGS -contact_law mdr -time_step_fraction 0.05 -time_skin 0.3 -programme press,dwell -press_pressure "0.8 GPa"
                -press_inertial_number 3e-3)
# ligands, bonds and necks through a dwell on the slow clock
nm_add_run(NAME dwell DECK dwell.yml RANKS 1 2 3 4 LABELS parallel short SAME history.csv)
# the same with too few ligands for a layer at first: what leaves the contacts makes layers on the free surfaces later
nm_add_run(NAME dwell_residual DECK dwell.yml RANKS 1 2 4 LABELS parallel SAME history.csv
           ARGS -ligand_coverage 0.28 -ligand_bond_energy "0.12 aJ" -powder_relative_density 0.35
                -press_inertial_number 1e-2 -dwell_time "1 s")
# crystals: orientations, the couples between them, facets that join
nm_add_run(NAME ionic DECK ionic.yml RANKS 1 2 3 4 LABELS parallel SAME history.csv)
# grains as meshed bodies: elements, contact of surfaces, halo of surfaces, forces sent home, partition
nm_add_run(NAME meshed DECK meshed.yml RANKS 1 2 3 4 LABELS parallel SAME history.csv)
# the same with a step that no element bears once it is thinner: nodes get more mass on the way
nm_add_run(NAME meshed_mass DECK meshed.yml RANKS 1 2 3 4 LABELS parallel SAME history.csv
           ARGS -mesh_shrink 1 -output_vtk_every -1)
# rigid grains beside meshed ones: plates between the two, their forces sent home
nm_add_run(NAME mixed DECK mixed.yml RANKS 1 2 3 LABELS parallel SAME history.csv)
# ... and their release and ejection by equilibrium, damped motion
nm_add_run(NAME damped DECK damped.yml RANKS 1 2 3 LABELS parallel SAME history.csv)
# covered grains of both kinds in a dwell on the slow clock
nm_add_run(NAME sinter DECK sinter.yml RANKS 1 3 LABELS parallel SAME history.csv)
# rigid grains that become meshed on the way, some at a time
nm_add_run(NAME promote DECK promote.yml RANKS 1 2 3 4 LABELS parallel SAME history.csv promotions.csv)
# ... of grains that stick: contacts that pull are handed over, too
nm_add_run(NAME promote_sticky DECK promote.yml RANKS 1 2 LABELS parallel SAME history.csv promotions.csv
           ARGS -contact_work_of_adhesion "0.5 J/m^2")

foreach(name press_hertz press_mdr ionic meshed)
  set(work ${CMAKE_CURRENT_BINARY_DIR}/work/parallel.${name})
  set(runs "")
  foreach(n 2 3 4)
    set_tests_properties(parallel.${name}.np${n} PROPERTIES FIXTURES_SETUP parallel.${name}.frames)
  endforeach()
  foreach(n 1 2 3 4)
    list(APPEND runs ${work}.np${n})
  endforeach()
  add_test(NAME parallel.${name}.frames COMMAND ${NM_PYTHON} ${CMAKE_CURRENT_SOURCE_DIR}/parallel/frames.py ${runs})
  nm_test_properties(parallel.${name}.frames "parallel" 1)
  set_tests_properties(parallel.${name}.frames PROPERTIES FIXTURES_REQUIRED
                                                          "parallel.${name};parallel.${name}.frames")
endforeach()

set_tests_properties(parallel.test_conduction PROPERTIES LABELS "parallel;short" PROCESSORS 3)
set_tests_properties(parallel.test_balance PROPERTIES LABELS "parallel;short" PROCESSORS 4)
