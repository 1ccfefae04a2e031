# Meshed grains; nm_add_bad is that of cases.cmake.  Meshes from files, presses that end in nonsense: test_meshed_refusals.py.
set(meshed "title: spoiled" "mesh: {grains: all}")

nm_add_bad(NAME mesh_too_coarse ARGS -mesh_elements 8
           FAILS "command line: -mesh_elements: '8' is out of range (allowed 30 .. 100000)")
nm_add_bad(NAME mesh_incompressible EDIT ${meshed} "material: au" "material: card.yml" CARD ${cards}/au.yml "0.42 " "0.5 "
           FAILS "card.yml: nu: '0.5' is out of range (allowed 0 .. 0.49)")
nm_add_bad(NAME mesh_nearly_incompressible EDIT ${meshed} ARGS -material_nu 0.4999
           FAILS "command line: -material_nu: '0.4999' is out of range (allowed 0 .. 0.49)")
nm_add_bad(NAME mesh_sharp_cube ARGS -mesh_shape cube -mesh_rounding 0
           FAILS "command line: -mesh_rounding: '0' is out of range (allowed 0.02 .. 1)")
nm_add_bad(NAME mesh_flat_rod ARGS -mesh_shape rod -mesh_aspect 0.5
           FAILS "command line: -mesh_aspect: '0.5' is out of range (allowed 1 .. 20)")
nm_add_bad(NAME mesh_unknown_shape EDIT "title: spoiled" "mesh: {shape: star}"
           FAILS "mesh_shape: there is no 'star'; choose from sphere, cube, rod, file")
nm_add_bad(NAME mesh_file_not_named EDIT "title: spoiled" "mesh: {shape: file}"
           FAILS "mesh_shape: file needs mesh_file")
nm_add_bad(NAME mesh_file_not_there EDIT "title: spoiled" "mesh: {shape: file, file: grain.msh}"
           FAILS "mesh_file: there is no file './grain.msh'")
nm_add_bad(NAME mesh_some ARGS -mesh_grains half FAILS "-mesh_grains: there is no 'half'; choose from none, all, region, by_trigger, force_chains")
nm_add_bad(NAME mesh_softening ARGS -mesh_hardening_modulus "-1 GPa"
           FAILS "-mesh_hardening_modulus: '-1 GPa' is out of range (allowed 0 GPa .. 1000 GPa)")
nm_add_bad(NAME mesh_yield_nan EDIT ${meshed} ARGS -powder_yield_strength nan
           FAILS "-powder_yield_strength: 'nan' is not a finite number")
nm_add_bad(NAME mesh_mass_nan ARGS -mesh_mass_scaling nan
           FAILS "-mesh_mass_scaling: 'nan' is not a finite number (allowed 0.001 .. 1e+06)")
nm_add_bad(NAME mesh_step_unstable ARGS -mesh_courant 1.1
           FAILS "-mesh_courant: '1.1' is out of range (allowed 0.05 .. 0.95)")
nm_add_bad(NAME mesh_no_hourglass ARGS -mesh_hourglass 0
           FAILS "-mesh_hourglass: '0' is out of range (allowed 0.001 .. 1)")
nm_add_bad(NAME mesh_law_unknown ARGS -mesh_law j3 FAILS "-mesh_law: there is no 'j3'; choose from j2, hencky")
nm_add_bad(NAME mesh_slow_cubes EDIT ${meshed} "press, release" "press, dwell, release" ARGS -dwell_time "10 s" -mesh_shape cube
           FAILS "command line: -mesh_shape: dwell is a dwell on the slow clock, which knows spheres, not a cube; up to 1 us, or mesh_shape: sphere")
nm_add_bad(NAME mesh_slow_ionic EDIT ${meshed} "press, release" "press, dwell, release" ARGS -dwell_time "10 s" -material pbs -sinter_necks none
           FAILS "dwell is a dwell on the slow clock, where meshed grains are no ionic crystals; up to 1 us, a metal, or mesh_grains: none")
nm_add_bad(NAME release_equilibrium_ligands EDIT ${meshed} ARGS -release_method equilibrium -release_balance newton -ligand_coverage 0.5
           FAILS "command line: -release_balance: Newton's rule knows no ligands between grains, and ligand_coverage is 0.5; choose balance: damped, or 0")
nm_add_bad(NAME release_equilibrium_rigid ARGS -release_method equilibrium -release_balance newton
           FAILS "command line: -release_balance: Newton's rule balances meshed grains, and mesh_grains is none; choose balance: damped, or mesh: {grains: all}")
nm_add_bad(NAME release_equilibrium_moduli ARGS -release_method equilibrium -release_moduli yes
           FAILS "command line: -release_moduli: Newton's rule balances meshed grains, and mesh_grains is none")
nm_add_bad(NAME eject_damped_fbar EDIT ${meshed} ARGS -eject_method equilibrium -eject_balance damped -eject_element fbar
           FAILS "command line: -eject_element: that needs a balance by Newton's rule, and eject_balance is damped; choose newton")
nm_add_bad(NAME release_balance_unknown ARGS -release_balance relaxed
           FAILS "command line: -release_balance: there is no 'relaxed'; choose from auto, newton, damped")
nm_add_bad(NAME release_tolerance_loose ARGS -release_tolerance 0.5
           FAILS "-release_tolerance: '0.5' is out of range (allowed 1e-12 .. 0.01)")
nm_add_bad(NAME release_steps_none ARGS -release_steps_max 0
           FAILS "-release_steps_max: '0' is out of range")
nm_add_bad(NAME eject_equilibrium_gravity EDIT ${meshed} ARGS -eject_method equilibrium -time_gravity "9.81 m/s^2"
           FAILS "command line: -eject_method: equilibrium leaves out gravity, and time_gravity is")
nm_add_bad(NAME release_moduli_explicit ARGS -release_moduli yes
           FAILS "command line: -release_moduli: moduli are differences of equilibria; choose release: {method: equilibrium}, or no moduli")
nm_add_bad(NAME release_element_explicit ARGS -release_element fbar
           FAILS "command line: -release_element: fbar is an element of equilibria; choose release: {method: equilibrium}, or one_point")
nm_add_bad(NAME release_element_unknown ARGS -release_element c3d8
           FAILS "command line: -release_element: there is no 'c3d8'; choose from one_point, fbar")
nm_add_bad(NAME release_method_unknown ARGS -release_method implicit
           FAILS "command line: -release_method: there is no 'implicit'; choose from explicit, equilibrium")

# Rigid grains beside meshed ones.
set(region "title: spoiled" "mesh: {grains: region, region: {z_max: 0.5}}")

nm_add_bad(NAME mesh_region_outside EDIT ${region} ARGS -mesh_region_z_max 1.5
           FAILS "command line: -mesh_region_z_max: '1.5' is out of range (allowed 0 .. 1)")
nm_add_bad(NAME mesh_region_negative EDIT ${region} ARGS -mesh_region_r_min -0.1
           FAILS "command line: -mesh_region_r_min: '-0.1' is out of range (allowed 0 .. 1)")
nm_add_bad(NAME mesh_region_turned EDIT ${region} ARGS -mesh_region_z_min 0.7
           FAILS "the region from 0.7 to 0.5 of the powder's height holds nothing; mesh_region_z_min must be below mesh_region_z_max")
nm_add_bad(NAME mesh_region_thin EDIT ${region} ARGS -mesh_region_r_min 0.5 -mesh_region_r_max 0.5
           FAILS "the region from 0.5 to 0.5 of the bore's radius holds nothing; mesh_region_r_min must be below mesh_region_r_max")
nm_add_bad(NAME mesh_region_law EDIT ${region} ARGS -contact_law hertz_mindlin
           FAILS "rigid grains beside meshed ones need a law with a middle plane, which hertz_mindlin is not; take contact_law: mdr")
nm_add_bad(NAME mesh_ligands_law EDIT ${meshed} ARGS -contact_law hertz_mindlin -ligand_coverage 0.5
           FAILS "command line: -ligand_coverage: ligands between meshed grains need a law that knows them, which hertz_mindlin does not; take contact_law: mdr")
nm_add_bad(NAME mesh_ligands_rods EDIT ${meshed} ARGS -mesh_shape rod -ligand_coverage 0.5
           FAILS "command line: -ligand_coverage: ligands are counted on the surface of spheres, not of a rod; take 0, or mesh_shape: sphere")
nm_add_bad(NAME mesh_region_shape EDIT ${region} ARGS -mesh_shape rod
           FAILS "rigid grains beside meshed ones meet spheres, not a rod; take sphere, or mesh_grains: all")
nm_add_bad(NAME mesh_region_ionic EDIT ${region} ARGS -material pbs
           FAILS "rigid grains beside meshed ones are no ionic crystals; take a metal, or mesh_grains: none or all")

# Rigid grains that become meshed.
set(trigger "title: spoiled" "mesh: {grains: by_trigger}")

nm_add_bad(NAME mesh_cap_zero EDIT ${trigger} ARGS -mesh_cap 0
           FAILS "command line: -mesh_cap: '0' is out of range (allowed 0.0001 .. 1)")
nm_add_bad(NAME mesh_trigger_law EDIT ${trigger} ARGS -contact_law jkr
           FAILS "rigid grains beside meshed ones need a law with a middle plane, which jkr is not; take contact_law: mdr")
nm_add_bad(NAME mesh_late_law EDIT "title: spoiled" "mesh: {grains: all, from_density: 0.7}" ARGS -contact_law hertz_mindlin
           FAILS "rigid grains beside meshed ones need a law with a middle plane, which hertz_mindlin is not; take contact_law: mdr")
nm_add_bad(NAME mesh_chains_when EDIT "title: spoiled" "mesh: {grains: force_chains}" ARGS -contact_work_of_adhesion "0 J/m^2"
           FAILS "mesh_grains: force chains are looked for when the powder has a relative density, and mesh_from_density is 0; give one, such as 0.7")
nm_add_bad(NAME mesh_promote_between EDIT ${trigger} ARGS -mesh_promote_every 137 -contact_work_of_adhesion "0 J/m^2"
           FAILS "command line: -mesh_promote_every: 137 is not a multiple of time_control_interval")
nm_add_bad(NAME mesh_promote_nobody EDIT ${trigger} ARGS -mesh_promote_share 0 -contact_work_of_adhesion "0 J/m^2"
           FAILS "command line: -mesh_promote_share: '0' is out of range (allowed 1e-06 .. 1)")
nm_add_bad(NAME mesh_trigger_radius EDIT "title: spoiled" "mesh: {grains: by_trigger, trigger: {contact_radius: 0}}"
           FAILS "mesh_trigger_contact_radius: '0' is out of range (allowed 0.01 .. 10)")
nm_add_bad(NAME release_equilibrium_trigger EDIT ${trigger} ARGS -release_method equilibrium -release_balance newton -contact_work_of_adhesion "0 J/m^2"
           FAILS "Newton's rule balances meshed grains, and mesh_grains is by_trigger; choose balance: damped, or mesh: {grains: all}")
