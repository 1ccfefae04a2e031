# Nonsense that must be refused by name before any work.  Each case spoils good.yml in one place and runs on 1 and 2
# ranks; what is demanded is in refuse.py.
#
# nm_add_bad(NAME x [EDIT old new ...] [CUT text] [TEXT whole deck] [CARD card old new] [INSTEAD path]
#            [ARGS -key value ...] [RANKS 1 2] FAILS "message, word for word")
#
# CUT ends the deck behind that text; CARD writes a changed card beside it; INSTEAD gives the program another path, or
# NONE.
# A line feed is \\n.  (CMake keeps neither empty words nor open brackets in a list.)
function(nm_add_bad)
  cmake_parse_arguments(PARSE_ARGV 0 B "" "NAME;FAILS;CUT;TEXT;INSTEAD" "EDIT;ARGS;RANKS;CARD")
  if(B_UNPARSED_ARGUMENTS OR NOT B_NAME OR NOT B_FAILS)
    message(FATAL_ERROR "nm_add_bad ${B_NAME}: NAME and FAILS are needed; not understood: '${B_UNPARSED_ARGUMENTS}'")
  endif()
  if(NOT B_RANKS)
    set(B_RANKS 1 2)
  endif()
  set(how "")
  foreach(key EDIT CARD)
    string(TOLOWER ${key} flag)
    if(B_${key})
      list(APPEND how --${flag} ${B_${key}})
    endif()
  endforeach()
  set(one "")
  foreach(key CUT TEXT INSTEAD)
    string(TOLOWER ${key} flag)
    if(DEFINED B_${key})
      list(APPEND one "--${flag}=${B_${key}}")
    endif()
  endforeach()
  set(here ${PROJECT_SOURCE_DIR}/tests/badinput)
  add_test(NAME badinput.${B_NAME}
           COMMAND ${NM_PYTHON} ${here}/refuse.py --deck ${here}/good.yml
                   --work ${CMAKE_CURRENT_BINARY_DIR}/work/badinput.${B_NAME} --program $<TARGET_FILE:nanomint>
                   "--says=${B_FAILS}" ${how} ${one} --ranks ${B_RANKS} --
                   ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} RANKS ${MPIEXEC_PREFLAGS} PROGRAM DECK ${B_ARGS})
  nm_test_properties(badinput.${B_NAME} "badinput" 1) # two ranks, but they are done before both are awake
endfunction()

set(cards ${PROJECT_SOURCE_DIR}/inputs/materials)
set(pressure "allowed 1 MPa .. 100 GPa")

# values
nm_add_bad(NAME check_only ARGS -check -press_presure "0.6 GPa"
           FAILS "-press_presure: unknown key; did you mean 'press_pressure'?")
nm_add_bad(NAME no_unit EDIT "0.6 GPa" "0.6"
           FAILS "deck.yml: press_pressure: '0.6' has no unit; write e.g. '0.6 GPa' (${pressure})")
nm_add_bad(NAME wrong_dimension EDIT "0.6 GPa" "0.6 nm"
           FAILS "press_pressure: '0.6 nm' has the wrong dimension; a pressure has units")
nm_add_bad(NAME unknown_unit EDIT "0.6 GPa" "0.6 gpa"
           FAILS "press_pressure: '0.6 gpa' has no unit I know; use Pa, kPa, MPa, bar, GPa")
nm_add_bad(NAME unit_on_a_number EDIT "psi_b: 0.5" "psi_b: 0.5 GPa"
           FAILS "contact_mdr_psi_b: '0.5 GPa' has the wrong dimension")
nm_add_bad(NAME word_for_number EDIT "0.6 GPa" "high" FAILS "press_pressure: 'high' is not a number")
nm_add_bad(NAME negative EDIT "6.5 nm" "-6.5 nm"
           FAILS "powder_diameter: '-6.5 nm' is out of range (allowed 0.5 nm .. 1 mm")
nm_add_bad(NAME zero EDIT "grains: 200" "grains: 0"
           FAILS "powder_grains: '0' is out of range (allowed 1 .. 1e+12)")
nm_add_bad(NAME nan EDIT "0.6 GPa" "nan GPa" FAILS "press_pressure: 'nan GPa' is not a finite number")
nm_add_bad(NAME inf EDIT "0.6 GPa" "inf GPa" FAILS "press_pressure: 'inf GPa' is not a finite number")
nm_add_bad(NAME overflow EDIT "0.6 GPa" "1e400 GPa"
           FAILS "press_pressure: '1e400 GPa' is not a finite number")
nm_add_bad(NAME out_of_range EDIT "0.6 GPa" "600 GPa"
           FAILS "press_pressure: '600 GPa' is out of range (${pressure})")
nm_add_bad(NAME half_a_grain EDIT "grains: 200" "grains: 200.5"
           FAILS "powder_grains: '200.5' is not a whole number")
nm_add_bad(NAME list_for_value EDIT "0.6 GPa" "[0.6 GPa, 1 GPa]" FAILS "press_pressure: '0.6 GPa,1 GPa'")
nm_add_bad(NAME neither_yes_nor_no EDIT "overwrite: yes" "overwrite: perhaps"
           FAILS "output_overwrite: 'perhaps' is neither yes nor no")

# keys
nm_add_bad(NAME unknown_key EDIT "  pressure" "  presure"
           FAILS "press_presure: unknown key; did you mean 'press_pressure'?")
nm_add_bad(NAME unknown_block EDIT "press:" "pres:"
           FAILS "pres_pressure: unknown key; did you mean 'press_pressure'?")
nm_add_bad(NAME nothing_like_it EDIT "grains: 200" "colour: gold"
           FAILS "powder_colour: unknown key; there are: powder_packing, powder_sizes")
nm_add_bad(NAME outside_its_block EDIT "title: spoiled" "seed: 3"
           FAILS "seed: unknown key; did you mean 'powder_seed'?")
nm_add_bad(NAME missing_key EDIT "pressure: 0.6 GPa" "servo_time: 1 ns"
           FAILS "press_pressure is missing: force on the top punch")
nm_add_bad(NAME missing_diameter EDIT "  diameter: 6.5 nm" "  seed: 2"
           FAILS "powder_diameter is missing: mean diameter of the grains")
nm_add_bad(NAME missing_programme EDIT "programme: [fill, press, release, eject]" "# none"
           FAILS "programme is missing: list of stages")
nm_add_bad(NAME missing_material EDIT "material: au" "# none"
           FAILS "material is missing: the name of a card, e.g. material: au")
nm_add_bad(NAME key_twice EDIT "  grains: 200" "  grains: 200\\n  grains: 300"
           FAILS "line 8: 'powder_grains' is given a second time (first on line 7)")
nm_add_bad(NAME block_twice EDIT "title: spoiled" "press: {servo_time: 1 ns}"
           FAILS "'press' is given a second time (first on line 2)")
nm_add_bad(NAME startup_option EDIT "title: spoiled" "log_view: ascii"
           FAILS "log_view: PETSc reads this from the command line only")

# choices
nm_add_bad(NAME unknown_law EDIT "law: mdr" "law: hooke"
           FAILS "contact_law: there is no contact law 'hooke'; choose from hertz_mindlin")
nm_add_bad(NAME block_of_another_law EDIT "  mdr: {psi_b: 0.5}" "  hertz_mindlin: {nu: 0.4}"
           FAILS "contact_hertz_mindlin_nu: belongs to the law hertz_mindlin, but contact_law is mdr")
nm_add_bad(NAME unknown_material EDIT "material: au" "material: unobtainium"
           FAILS "material: there is no material 'unobtainium'; cards are: ag, au, bi, cdse, pbs, pd, pd_amorphous, pt, rh")
nm_add_bad(NAME unknown_packing EDIT "cohesive" "hcp"
           FAILS "powder_packing: there is no 'hcp'; choose from cohesive, random, sc, bcc, fcc, file")
nm_add_bad(NAME unknown_tool EDIT "die: {" "die: {tool_material: cheese, "
           FAILS "die_tool_material: there is no 'cheese'; choose from steel, tungsten_carbide, sintered_diamond")
nm_add_bad(NAME unknown_stage EDIT "fill, press" "fil, press"
           FAILS "programme: there is no stage 'fil'; stages are fill, press, dwell, release, eject")

# material cards
nm_add_bad(NAME card_without_modulus EDIT "material: au" "material: card.yml" CARD ${cards}/au.yml "\\nE:" "\\n#"
           FAILS "card.yml: 'E' is missing (Young's modulus); add it to the card")
nm_add_bad(NAME card_misspelt EDIT "material: au" "material: card.yml" CARD ${cards}/au.yml "density:" "desnity:"
           FAILS "card.yml: desnity: unknown key; did you mean 'density'?")
nm_add_bad(NAME card_without_unit EDIT "material: au" "material: card.yml" CARD ${cards}/au.yml "79 GPa" "79"
           FAILS "card.yml: E: '79' has no unit; write e.g. '79 GPa' (allowed 1 MPa .. 2000 GPa)")
nm_add_bad(NAME card_not_there EDIT "material: au" "material: other.yml"
           FAILS "material: there is no file './other.yml'")

# across keys
nm_add_bad(NAME die_smaller_than_grain EDIT "50 nm" "5 nm"
           FAILS "die_diameter: 5 nm is smaller than a grain (powder_diameter 6.5 nm)")
nm_add_bad(NAME less_than_a_layer EDIT "50 nm" "5 um"
           FAILS "die_diameter: in a bore of 5 um the 200 grains of 6.5 nm lie less than one grain high")
nm_add_bad(NAME too_dense_cohesive EDIT "cohesive" "cohesive\\n  relative_density: 0.5"
           FAILS "powder_relative_density: 0.5 is not possible for the packing cohesive (allowed 0.1 .. 0.35)")
nm_add_bad(NAME too_dense_random EDIT "cohesive" "random\\n  relative_density: 0.65"
           FAILS "powder_relative_density: 0.65 is not possible for the packing random (allowed 0.2 .. 0.64)")
nm_add_bad(NAME too_dense_sc EDIT "cohesive" "sc\\n  relative_density: 0.53"
           FAILS "0.53 is not possible for the packing sc (allowed 0.01 .. 0.5236)")
nm_add_bad(NAME too_dense_bcc EDIT "cohesive" "bcc\\n  relative_density: 0.69"
           FAILS "0.69 is not possible for the packing bcc (allowed 0.01 .. 0.6802)")
nm_add_bad(NAME too_dense_fcc EDIT "cohesive" "fcc\\n  relative_density: 0.75"
           FAILS "0.75 is not possible for the packing fcc (allowed 0.01 .. 0.7405)")
nm_add_bad(NAME file_not_named EDIT "cohesive" "file" FAILS "powder_packing: file needs powder_file")
nm_add_bad(NAME file_not_there EDIT "cohesive" "file\\n  file: grains.xyzr"
           FAILS "powder_file: there is no file './grains.xyzr'")
nm_add_bad(NAME file_not_wanted EDIT "cohesive" "cohesive\\n  file: deck.yml"
           FAILS "powder_file needs powder_packing: file, not cohesive")
nm_add_bad(NAME release_before_press EDIT "press, release" "release, press"
           FAILS "programme: 'release' needs a press before it")
nm_add_bad(NAME eject_under_load EDIT "press, release" "press"
           FAILS "programme: 'eject' needs a release before it")
nm_add_bad(NAME fill_again EDIT "fill, press" "press, fill"
           FAILS "programme: 'fill' can only be the first stage")
nm_add_bad(NAME stage_twice EDIT "press, release" "press, press"
           FAILS "programme: stage 'press' stands twice; tell them apart by digits: press, press2")
nm_add_bad(NAME no_stages EDIT "[fill, press, release, eject]" "[]" FAILS "programme")
nm_add_bad(NAME stage_not_in_programme EDIT "title: spoiled" "press2: {pressure: 1 GPa}"
           FAILS "press2_pressure: there is no stage 'press2' in the programme")
nm_add_bad(NAME density_limit_below_start EDIT "pressure: 0.6 GPa" "pressure: 0.6 GPa\\n  density_limit: 0.2"
           FAILS "press_density_limit: 0.2 is not above powder_relative_density")
nm_add_bad(NAME odd_interval EDIT "folder: out" "folder: out, history_every: 35"
           FAILS "output_history_every: 35 is not a multiple of time_control_interval, 10")
nm_add_bad(NAME restart_not_there ARGS -restart "nothing.h5"
           FAILS "command line: -restart: there is no file 'nothing.h5'")

# the slow clock
set(slow "press, release" "press, dwell, release" "title: spoiled" "dwell: {time: 1 min}")
nm_add_bad(NAME slow_dwell_wants_mdr EDIT ${slow} "law: mdr" "law: jkr" "  mdr: {psi_b: 0.5}" "  friction: 0.4"
           FAILS "deck.yml: dwell_time: a dwell of 60 s is on the slow clock, which needs a law whose contacts can flow: contact_law mdr, not jkr")
nm_add_bad(NAME card_without_diffusion EDIT ${slow} "material: au" "material: card.yml"
           CARD ${cards}/au.yml "atomic_volume:" "#"
           FAILS "deck.yml: dwell_time: a dwell of 60 s needs 'atomic_volume' of the material, which")
nm_add_bad(NAME too_many_ligands EDIT "title: spoiled" "ligand: {coverage: 1.2}"
           FAILS "deck.yml: ligand_coverage: '1.2' is out of range (allowed 0 .. 1)")
nm_add_bad(NAME negative_coverage ARGS -ligand_coverage -0.1
           FAILS "command line: -ligand_coverage: '-0.1' is out of range (allowed 0 .. 1)")
nm_add_bad(NAME coverage_with_unit EDIT "title: spoiled" "ligand: {coverage: 5 1/nm}"
           FAILS "ligand_coverage: '5 1/nm' has the wrong dimension; write a number without unit")
nm_add_bad(NAME ligand_decay_without_unit EDIT "title: spoiled" "ligand: {decay: 9}"
           FAILS "ligand_decay: '9' has no unit; write e.g. '9 1/nm'")
nm_add_bad(NAME ligand_conductance_in_time EDIT "title: spoiled" "ligand: {conductance: 20 us}"
           FAILS "ligand_conductance: '20 us' has the wrong dimension; a conductance has units nS, uS, mS, S")
nm_add_bad(NAME ligand_gives_work ARGS -ligand_unload_modulus "1 GPa"
           FAILS "command line: -ligand_unload_modulus: 1 GPa is softer than ligand_modulus, 2.5 GPa")
nm_add_bad(NAME absolute_zero EDIT "title: spoiled" "temperature: 0 K"
           FAILS "deck.yml: temperature: '0 K' is out of range (allowed 1 K .. 10000 K)")
nm_add_bad(NAME negative_temperature EDIT ${slow} ARGS -dwell_temperature "-20 K"
           FAILS "command line: -dwell_temperature: '-20 K' is out of range (allowed 1 K .. 10000 K")
nm_add_bad(NAME molten EDIT ${slow} ARGS -dwell_temperature "1400 K"
           FAILS "command line: -dwell_temperature: 1400 K is not below the melting point of Au, 1337.3 K")
nm_add_bad(NAME longer_than_years EDIT "press, release" "press, dwell, release" ARGS -dwell_time "1e10 s"
           FAILS "command line: -dwell_time: '1e10 s' is out of range (allowed 1 ps .. 1e+09 s)")
nm_add_bad(NAME unknown_necks EDIT "title: spoiled" "sinter: {necks: glue}"
           FAILS "sinter_necks: there is no 'glue'; choose from parhami_mcmeeking, none")
nm_add_bad(NAME half_a_bond ARGS -material_bond 2.5
           FAILS "command line: -material_bond: 2.5 is no class of bond; 3 is metal, 2 ionic")

# files that are no decks
nm_add_bad(NAME no_deck INSTEAD NONE FAILS "no deck; usage: nanomint DECK.yml [-key value ...]")
nm_add_bad(NAME no_such_file INSTEAD "nowhere.yml" FAILS "nowhere.yml: No such file or directory")
nm_add_bad(NAME folder INSTEAD "out" FAILS "out is a folder, not a deck")
nm_add_bad(NAME empty INSTEAD /dev/null FAILS "/dev/null is empty")
nm_add_bad(NAME only_comments TEXT "# nothing\\n" FAILS "deck.yml holds no keys")
nm_add_bad(NAME prose TEXT "press it hard\\n" FAILS "deck.yml is not a YAML deck of 'key: value' lines")
nm_add_bad(NAME binary TEXT "abc\\x00def\\n" FAILS "deck.yml is not a text file")
nm_add_bad(NAME tabs EDIT "  grains" "\\tgrains" FAILS "line 7 is indented with a tab; YAML wants blanks")
nm_add_bad(NAME open_brace EDIT "die: {diameter: 50 nm}" "die: {diameter: 50 nm"
           FAILS "deck.yml is not a YAML deck of 'key: value' lines; look for a bracket")
nm_add_bad(NAME cut_in_a_line CUT "pressure: 0." FAILS "the last, has no end; is the file cut short?")
nm_add_bad(NAME cut_after_a_head CUT "press:\\n" FAILS "press is a block: its keys go indented under it")

# command line
nm_add_bad(NAME stray_word ARGS -press_pressure 0.6 GPa FAILS "command line: stray 'GPa' after '0.6'")
nm_add_bad(NAME missing_dash ARGS press_pressure "0.6 GPa"
           FAILS "command line: stray 'press_pressure' after 'deck.yml'")
nm_add_bad(NAME second_deck ARGS other.yml FAILS "command line: stray 'other.yml' after 'deck.yml'")
nm_add_bad(NAME unknown_option ARGS -press_presure "0.6 GPa"
           FAILS "command line: -press_presure: unknown key; did you mean 'press_pressure'?")
nm_add_bad(NAME option_without_value ARGS -press_pressure
           FAILS "command line: -press_pressure has no value: force on the top punch")
nm_add_bad(NAME option_without_unit ARGS -press_pressure 0.6
           FAILS "command line: -press_pressure: '0.6' has no unit")

include(${CMAKE_CURRENT_SOURCE_DIR}/badinput/slow.cmake)
include(${CMAKE_CURRENT_SOURCE_DIR}/badinput/meshed.cmake)
