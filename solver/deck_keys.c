/*
  deck_keys.c - every key of a deck: where it stands, its dimension, range, default and meaning.

  Numbers are in internal units (nm, ns, fg, nN, GPa, aJ).  Sources of defaults are named where they are physics.
*/
#include "materials/constants.h"
#include "solver/deck_impl.h"
#include <math.h>
#include <string.h>

/* Tables are formatted by hand. */
/* clang-format off */

#define NO 0.0, 0.0, NAN /* texts have no range */

/* Relative density a packing can have: sc pi/6, bcc sqrt(3) pi/8, fcc sqrt(2) pi/6, random close packing 0.64 (Bernal &
   Mason 1960); a cohesive network of nanocrystals is far looser, 0.1 to 0.35. */
const DeckChoice deck_packings[] = {
    {"cohesive", 0.10, 0.35, 0.28, "loose network of sticking grains, as a dry powder has it"},
    {"random", 0.20, 0.64, 0.58, "disordered, as shaken grains without adhesion have it"},
    {"sc", 0.01, 0.5236, 0.52, "simple cubic lattice"},
    {"bcc", 0.01, 0.6802, 0.68, "body-centred cubic lattice"},
    {"fcc", 0.01, 0.7405, 0.74, "face-centred cubic lattice"},
    {"file", 0.0, 1.0, NAN, "positions and radii from powder.file"},
    {0},
};

static const DeckChoice sizes[] = {
    {"lognormal", NO, "ln d normal with standard deviation size_spread"},
    {"monodisperse", NO, "all grains of one diameter"},
    {"file", NO, "diameters from powder.sizes_file"},
    {0},
};

static const DeckChoice mesh_choices[] = {
    {"none", NO, "all grains are rigid"},
    {"all", NO, "every grain is meshed"},
    {"region", NO, "those whose centre is in mesh.region when from_density is reached; the others are rigid"},
    {"by_trigger", NO, "each from when on contact laws no longer describe it: mesh.trigger"},
    {"force_chains", NO, "those in force chains, the most loaded first, when from_density is reached"},
    {0},
};

static const DeckChoice mesh_shapes[] = {
    {"sphere", NO, "ball"},
    {"cube", NO, "cube with rounded edges"},
    {"rod", NO, "cylinder with half spheres at its ends"},
    {"file", NO, "hexahedra from mesh.file"},
    {0},
};

static const DeckChoice bulk_choices[] = {
    {"j2", NO, "elastic-plastic: von Mises flow in logarithmic strain"},
    {"hencky", NO, "elastic"},
    {0},
};

static const DeckChoice methods[] = {
    {"explicit", NO, "tools move, grains follow by their inertia and come to rest"},
    {"equilibrium", NO, "tools withdraw through static equilibria, each to the tolerance"},
    {0},
};

static const DeckChoice balances[] = {
    {"auto", NO, "newton where all grains are meshed and without ligands, else damped"},
    {"newton", NO, "Newton's rule and PETSc; all grains meshed, no ligands"},
    {"damped", NO, "motion under drag until forces balance; rigid and meshed grains, with ligands or without"},
    {0},
};

static const DeckChoice elements[] = {
    {"one_point", NO, "that of the press: one integration point and hourglass stiffness"},
    {"fbar", NO, "F-bar: eight points, no hourglass stiffness; begins with the stress of one_point, and hands its own back"},
    {0},
};

static const DeckChoice neck_choices[] = {
    {"parhami_mcmeeking", NO, "grain-boundary and surface diffusion"},
    {"none", NO, "necks stay as mechanics made them"},
    {0},
};

/* Pressure a tool carries [GPa]: steel 1, state of the art (carbide, sintered diamond) 3 to 7.
   Nagaoka, Saghy & Chen 2023. */
const DeckChoice deck_tools[] = {
    {"steel", 0.0, 1.0, 1.0, "hardened tool steel"},
    {"tungsten_carbide", 0.0, 3.0, 3.0, "WC-Co"},
    {"sintered_diamond", 0.0, 7.0, 7.0, "polycrystalline diamond"},
    {0},
};

#define AT(field) offsetof(Config, field)
static const DeckKey top_keys[] = {
    {"title", KEY_TEXT, DIM_NONE, NO, "", AT(title), NULL, NULL, "one line that says what the run is"},
    {"programme", KEY_PROGRAMME, DIM_NONE, NO, NULL, AT(stage), NULL, NULL,
     "list of stages in order, e.g. [fill, press, dwell, release, eject]; digits tell stages of a kind apart: press2"},
    {"temperature", KEY_REAL, DIM_TEMPERATURE, 1, 1e4, 300, NULL, AT(temperature), NULL, NULL,
     "of the press; a dwell may have its own"},
    {"restart", KEY_FILE, DIM_NONE, NO, "", AT(restart), NULL, NULL, "checkpoint to go on from"},
    {0},
};

static const DeckKey material_keys[] = {
    {"card", KEY_CARD, DIM_NONE, NO, NULL, AT(card), NULL, NULL,
     "material card: a name (au, ag, ...) or the path of a YAML file; `material: au` is short for it"},
    {0},
};
#undef AT

#define AT(field) offsetof(PowderConfig, field)
static const DeckKey powder_keys[] = {
    {"packing", KEY_CHOICE, DIM_NONE, NO, "cohesive", AT(packing), deck_packings, NULL,
     "how the grains lie at the start"},
    {"sizes", KEY_CHOICE, DIM_NONE, NO, "lognormal", AT(sizes), sizes, NULL, "distribution of the diameters"},
    {"file", KEY_FILE, DIM_NONE, NO, "", AT(file), NULL, NULL,
     "packing: file; lines `x y z r` in nm, or legacy VTK points"},
    {"sizes_file", KEY_FILE, DIM_NONE, NO, "", AT(sizes_file), NULL, NULL,
     "sizes: file; one diameter in nm per line"},
    {"grains", KEY_INT64, DIM_NONE, 1, 1e12, 2000, NULL, AT(grains), NULL, NULL, "number of grains"},
    {"seed", KEY_INT64, DIM_NONE, 0, 9e15, 1, NULL, AT(seed), NULL, NULL, "of the random numbers of the packing"},
    {"diameter", KEY_REAL, DIM_LENGTH, 0.5, 1e6, NAN, "from_file", AT(diameter), NULL, NULL,
     "mean diameter of the grains; may be left out only where a file gives it"},
    {"size_spread", KEY_REAL, DIM_NONE, 0, 0.5, 0.05, NULL, AT(size_spread), NULL, NULL,
     "sizes: lognormal; standard deviation of ln d"},
    {"relative_density", KEY_REAL, DIM_NONE, 1e-3, 1, NAN, "auto", AT(relative_density), NULL, NULL,
     "of the packing in the die; auto: what the packing usually has"},
    {"aligned", KEY_BOOL, DIM_NONE, NO, "no", AT(aligned), NULL, NULL,
     "crystals all lie along the press, as in a superlattice; no: at random (only grains that join where aligned)"},
    {"yield_strength", KEY_REAL, DIM_PRESSURE, 1e-4, 1e3, NAN, "card", AT(yield_strength), NULL, NULL,
     "of a grain; card: yield_bulk + hall_petch d^(-1/2), at most G/10"},
    {0},
};
#undef AT

/* Bare metal slides on itself with mu = 0.5 to 1, capped with ligands 0.1 to 0.2; on tools 0.1 to 0.2. */
#define AT(field) offsetof(ContactConfig, field)
static const DeckKey contact_keys[] = {
    {"law", KEY_LAW, DIM_NONE, NO, "mdr", AT(law), NULL, NULL,
     "normal contact law; its own numbers stand in the block of its name"},
    {"friction", KEY_REAL, DIM_NONE, 0, 5, 0.5, NULL, AT(friction), NULL, NULL, "Coulomb, grain on grain"},
    {"rolling_friction", KEY_REAL, DIM_NONE, 0, 5, 0.1, NULL, AT(rolling_friction), NULL, NULL,
     "rolling resistance, grain on grain; 0 switches the part off"},
    {"twisting_friction", KEY_REAL, DIM_NONE, 0, 5, 0.1, NULL, AT(twisting_friction), NULL, NULL,
     "twisting resistance, grain on grain; 0 switches the part off"},
    {"work_of_adhesion", KEY_REAL, DIM_SURFACE_ENERGY, 0, 200, NAN, NULL, AT(work_of_adhesion), NULL,
     "work_of_adhesion", "grain on grain; ligands cap it at about 50 mJ/m^2"},
    {"kt_ratio", KEY_REAL, DIM_NONE, 0, 10, 1, NULL, AT(kt_ratio), NULL, NULL,
     "multiplies Mindlin's tangential stiffness"},
    {"damping_t", KEY_REAL, DIM_NONE, 0, 10, 0.3, NULL, AT(damping_t), NULL, NULL, "tangential per normal damping"},
    {"partial_slip", KEY_BOOL, DIM_NONE, NO, "no", AT(partial_slip), NULL, NULL,
     "Mindlin-Deresiewicz partial slip instead of an elastic spring inside Coulomb's cone"},
    {0},
};
#undef AT

#define AT(field) offsetof(MeshRegion, field)
static const DeckKey region_keys[] = {
    {"r_min", KEY_REAL, DIM_NONE, 0, 1, 0, NULL, AT(r_min), NULL, NULL, "distance from the axis over the bore's radius"},
    {"r_max", KEY_REAL, DIM_NONE, 0, 1, 1, NULL, AT(r_max), NULL, NULL, "... to this"},
    {"z_min", KEY_REAL, DIM_NONE, 0, 1, 0, NULL, AT(z_min), NULL, NULL,
     "height above the bottom punch over that of the top punch"},
    {"z_max", KEY_REAL, DIM_NONE, 0, 1, 1, NULL, AT(z_max), NULL, NULL, "... to this"},
    {0},
};
#undef AT

/* Where MDR stops being a description: Zunker & Kamrin 2024 for psi, Gonzalez & Cuitino 2012 for contacts that see each
   other. */
#define AT(field) offsetof(MeshTrigger, field)
static const DeckKey trigger_keys[] = {
    {"contact_radius", KEY_REAL, DIM_NONE, 0.01, 10, 0.35, NULL, AT(contact_radius), NULL, NULL,
     "mean radius of its contacts over that of the grain, above"},
    {"free_area", KEY_REAL, DIM_NONE, -10, 1, 0.5, NULL, AT(free_area), NULL, NULL,
     "free-area ratio of the grain, below: it begins to resist in bulk"},
    {"density", KEY_REAL, DIM_NONE, 0.1, 1.5, 0.82, NULL, AT(density), NULL, NULL, "relative density of the powder, above"},
    {"patches", KEY_BOOL, DIM_NONE, NO, "yes", AT(patches), NULL, NULL, "two of its contacts touch each other"},
    {0},
};
#undef AT

/* Defaults of the numerics: solver/fem/README.md. */
#define AT(field) offsetof(MeshConfig, field)
static const DeckKey mesh_keys[] = {
    {"grains", KEY_CHOICE, DIM_NONE, NO, "none", AT(grains), mesh_choices, NULL, "which grains are meshed bodies"},
    {"shape", KEY_CHOICE, DIM_NONE, NO, "sphere", AT(shape), mesh_shapes, NULL,
     "of the grains, with the volume of their diameter"},
    {"from_density", KEY_REAL, DIM_NONE, 0, 0.99, 0, NULL, AT(from_density), NULL, NULL,
     "relative density of the powder from which on grains get a mesh, being rigid until then; 0: from the start"},
    {"cap", KEY_REAL, DIM_NONE, 1e-4, 1, 1, NULL, AT(cap), NULL, NULL,
     "share of the grains that may get a mesh while the powder is pressed; those that need it most go first"},
    {"promote_share", KEY_REAL, DIM_NONE, 1e-6, 1, 1, NULL, AT(promote_share), NULL, NULL,
     "share of all grains that become meshed at one look at most, the neediest first, at least one: where laws and "
     "metal carry different forces, pressure then changes little by little"},
    {"promote_every", KEY_INT, DIM_NONE, 1, 1e7, 500, NULL, AT(promote_every), NULL, NULL,
     "steps between two looks at who is to get a mesh; a multiple of time.control_interval"},
    {"buffer", KEY_BOOL, DIM_NONE, NO, "no", AT(buffer), NULL, NULL,
     "grains: force_chains; grains that touch a chain get a mesh, too"},
    {"file", KEY_FILE, DIM_NONE, NO, "", AT(file), NULL, NULL, "shape: file; Gmsh mesh of one grain, hexahedra"},
    {"elements", KEY_INT, DIM_NONE, 30, 1e5, 256, NULL, AT(elements), NULL, NULL,
     "hexahedra of a grain, about; 256 give forces to some percent, 500 to 2000 to a few"},
    {"rounding", KEY_REAL, DIM_NONE, 0.02, 1, 0.2, NULL, AT(rounding), NULL, NULL,
     "shape: cube; radius of edges over half the edge"},
    {"aspect", KEY_REAL, DIM_NONE, 1, 20, 2.8, NULL, AT(aspect), NULL, NULL, "shape: rod; length over diameter"},
    {"law", KEY_CHOICE, DIM_NONE, NO, "j2", AT(law), bulk_choices, NULL, "of the bulk of a grain"},
    {"mass_scaling", KEY_REAL, DIM_NONE, 1e-3, 1e6, 1, NULL, AT(mass_scaling), NULL, NULL,
     "mass of a grain over its true one; the number of steps of a press does not depend on it"},
    {"courant", KEY_REAL, DIM_NONE, 0.05, 0.95, 0.8, NULL, AT(courant), NULL, NULL,
     "part of the stable step of the smallest element"},
    {"shrink", KEY_REAL, DIM_NONE, 0.1, 1, 0.6, NULL, AT(shrink), NULL, NULL,
     "elements that shrink to less than this part of their length get more mass, as the step asks for"},
    {"hourglass", KEY_REAL, DIM_NONE, 1e-3, 1, 0.05, NULL, AT(hourglass), NULL, NULL,
     "resistance against hourglass modes over that of the element, stiff or flowing"},
    {"penalty", KEY_REAL, DIM_NONE, 0.01, 10, 0.5, NULL, AT(penalty), NULL, NULL,
     "stiffness of surfaces in contact over K/h, h the size of a facet"},
    {"dashpot", KEY_REAL, DIM_NONE, 0, 2, 0.5, NULL, AT(dashpot), NULL, NULL,
     "of surfaces in contact, part of critical; without it packs collapse by ringing"},
    {"strength", KEY_REAL, DIM_PRESSURE, 0.01, 100, 3, NULL, AT(strength), NULL, NULL,
     "largest traction of adhesion between surfaces, at the given work of adhesion; less where facets are coarse"},
    {"drag", KEY_REAL, DIM_NONE, 0, 0.2, 0.01, NULL, AT(drag), NULL, NULL,
     "part of a velocity relative to the affine motion of the powder that a step takes"},
    {"kinetic_limit", KEY_REAL, DIM_NONE, 0, 0.1, 1e-3, NULL, AT(kinetic_limit), NULL, NULL,
     "a press goes faster than its inertial_number as long as kinetic energy over work of deformation is below; 0: never"},
    {"imbalance_limit", KEY_REAL, DIM_NONE, 1e-4, 0.5, 0.02, NULL, AT(imbalance_limit), NULL, NULL,
     "... and the net force on the powder over the force of the top punch"},
    {0},
};
#undef AT

#define AT(field) offsetof(DieConfig, field)
static const DeckKey die_keys[] = {
    {"diameter", KEY_REAL, DIM_LENGTH, 1, 1e9, NAN, "auto", AT(diameter), NULL, NULL,
     "bore; auto: such that the powder has the aspect_ratio at density 0.70"},
    {"aspect_ratio", KEY_REAL, DIM_NONE, 0.01, 100, 1, NULL, AT(aspect_ratio), NULL, NULL,
     "height of the powder per bore at density 0.70, for diameter: auto"},
    {"tool_material", KEY_CHOICE, DIM_NONE, NO, "steel", AT(tool_material), deck_tools, NULL, "of die and punches"},
    {"pressure_limit", KEY_REAL, DIM_PRESSURE, 1e-3, 100, NAN, "auto", AT(pressure_limit), NULL, NULL,
     "what the tools carry, a warning above; auto: by tool_material"},
    {0},
};
#undef AT

#define AT(field) offsetof(ToolConfig, field)
static const DeckKey tool_keys[] = {
    {"friction", KEY_REAL, DIM_NONE, 0, 5, 0.15, NULL, AT(friction), NULL, NULL, "Coulomb, grain on tool"},
    {"rolling_friction", KEY_REAL, DIM_NONE, 0, 5, 0.1, NULL, AT(rolling_friction), NULL, NULL,
     "rolling resistance, grain on tool"},
    {"work_of_adhesion", KEY_REAL, DIM_SURFACE_ENERGY, 0, 200, 0.05, NULL, AT(work_of_adhesion), NULL, NULL,
     "grain on tool; 50 mJ/m^2 is van der Waals, the least two clean solids have"},
    {0},
};
#undef AT

#define AT(field) offsetof(StageConfig, field)
#define INERTIAL_NUMBER \
    {"inertial_number", KEY_REAL, DIM_NONE, 1e-6, 0.1, 5e-4, NULL, AT(inertial_number), NULL, NULL, \
     "sets the speed of the punch; below 1e-3 the pressing is quasi-static"}
static const DeckKey fill_keys[] = {
    {"time", KEY_REAL, DIM_TIME, 1e-3, 1e6, 0.5, NULL, AT(time), NULL, NULL, "how long the grains settle"},
    {0},
};
static const DeckKey press_keys[] = {
    {"pressure", KEY_REAL, DIM_PRESSURE, 1e-3, 100, NAN, NULL, AT(pressure), NULL, NULL,
     "force on the top punch per area of the bore, to be reached and held"},
    INERTIAL_NUMBER,
    {"servo_time", KEY_REAL, DIM_TIME, 0, 1e6, 1, NULL, AT(servo_time), NULL, NULL,
     "how long the servo holds the pressure within servo_tolerance before the stage ends"},
    {"servo_tolerance", KEY_REAL, DIM_NONE, 1e-4, 0.2, 0.02, NULL, AT(servo_tolerance), NULL, NULL,
     "relative, of the pressure"},
    {"density_limit", KEY_REAL, DIM_NONE, 0.1, 1, 0.98, NULL, AT(density_limit), NULL, NULL,
     "relative density at which the stage ends even below the pressure"},
    {0},
};
static const DeckKey dwell_keys[] = {
    {"time", KEY_REAL, DIM_TIME, 1e-3, 1e18, 5, NULL, AT(time), NULL, NULL,
     "how long the pressure is held; above 1 us on the slow clock, on which ligands leave and necks grow"},
    {"temperature", KEY_REAL, DIM_TEMPERATURE, 1, 1e4, NAN, "same", AT(temperature), NULL, NULL,
     "of the slow clock in this dwell; same: temperature of the deck"},
    {"density_limit", KEY_REAL, DIM_NONE, 0.1, 1, 0.9, NULL, AT(density_limit), NULL, NULL,
     "relative density at which the slow clock stops, and the dwell with it"},
    {0},
};
#define EQUILIBRIUM(what) \
    {"method", KEY_CHOICE, DIM_NONE, NO, "explicit", AT(method), methods, NULL, what}, \
    {"balance", KEY_CHOICE, DIM_NONE, NO, "auto", AT(balance), balances, NULL, \
     "method: equilibrium; how balance is found"}, \
    {"tolerance", KEY_REAL, DIM_NONE, 1e-12, 1e-2, NAN, "auto", AT(tolerance), NULL, NULL, \
     "method: equilibrium; norm of unbalanced forces over that of contact forces; auto: newton 1e-6, damped 1e-4"}, \
    {"steps_max", KEY_INT, DIM_NONE, 1, 1e9, 100000, NULL, AT(steps_max), NULL, NULL, \
     "balance: damped; steps in which an increment has to find its balance"}, \
    {"element", KEY_CHOICE, DIM_NONE, NO, "one_point", AT(element), elements, NULL, \
     "balance: newton; hexahedron of the meshed grains in this stage"}
static const DeckKey release_keys[] = {INERTIAL_NUMBER,
    EQUILIBRIUM("how the coin gets there; equilibrium: residual stress and springback without inertia"),
    {"moduli", KEY_BOOL, DIM_NONE, NO, "no", AT(moduli), NULL, NULL,
     "balance: newton; stiffness of the compact in the die, a little unloaded, into history.csv and summary.json"},
    {0}};
static const DeckKey eject_keys[]   = {{"inertial_number", KEY_REAL, DIM_NONE, 1e-6, 0.1, 5e-3, NULL, AT(inertial_number), NULL, NULL,
     "sets the speed of both punches; the coin slides as a whole, which need not be as slow as pressing"},
    EQUILIBRIUM("explicit: pushed out; equilibrium: the wall gives way, friction on the way out is left out"),
    {0}};
#undef EQUILIBRIUM
#undef AT

const DeckStage deck_stages[] = {
    {"fill", STAGE_FILL, fill_keys, "grains settle in the die under no pressure"},
    {"press", STAGE_PRESS, press_keys, "the top punch comes down until the pressure is reached"},
    {"dwell", STAGE_DWELL, dwell_keys, "the servo holds the pressure of the last press"},
    {"release",STAGE_RELEASE, release_keys, "the top punch goes up until it touches nothing: springback"},
    {"eject", STAGE_EJECT, eject_keys, "the bottom punch pushes the coin out of the die"},
    {0},
};

/* Only texts, a switch and what decides how far the slow clock goes in a step: the numbers of ligands are those of
   ligand_params (materials/ligand.c). */
static const DeckKey no_keys[] = {{0}};

#define AT(field) offsetof(SinterConfig, field)
static const DeckKey sinter_keys[] = {
    {"necks", KEY_CHOICE, DIM_NONE, NO, "parhami_mcmeeking", AT(necks), neck_choices, NULL,
     "how the necks of bonded contacts grow"},
    {"removal", KEY_BOOL, DIM_NONE, NO, "yes", AT(removal), NULL, NULL, "contact stress takes ligands out of contacts"},
    {"approach_limit", KEY_REAL, DIM_NONE, 1e-5, 0.1, 0.005, NULL, AT(approach_limit), NULL, NULL,
     "of a step of the slow clock: approach of the centres by diffusion, over the radius (root mean square)"},
    {"neck_limit", KEY_REAL, DIM_NONE, 1e-4, 1, 0.02, NULL, AT(neck_limit), NULL, NULL,
     "of a step: growth of the necks (root mean square)"},
    {"removal_limit", KEY_REAL, DIM_NONE, 1e-3, 1, 0.1, NULL, AT(removal_limit), NULL, NULL,
     "of a step: loss of coverage in the contacts (root mean square)"},
    {"joining_barrier", KEY_REAL, DIM_ENERGY, 0, 10, 0.4 * ELECTRON_VOLT, NULL, AT(joining_barrier), NULL, NULL,
     "of aligned crystals (bond 2) that touch: Eyring, 1e13 /s exp(-barrier/kT); of a surface atom, 0.3 to 0.5 eV"},
    {"relax_unbalance", KEY_REAL, DIM_NONE, 1e-8, 0.1, 1e-3, NULL, AT(relax_unbalance), NULL, NULL,
     "the press is at rest when unbalanced forces are below this part of the contact forces"},
    {"relax_steps_max", KEY_INT, DIM_NONE, 1, 1e9, 1000, NULL, AT(relax_steps_max), NULL, NULL,
     "mechanical steps to wait for it; the residual stands in summary.json"},
    {0},
};
#undef AT

#define AT(field) offsetof(TimeConfig, field)
static const DeckKey time_keys[] = {
    {"step_fraction", KEY_REAL, DIM_NONE, 1e-3, 0.5, 0.10, NULL, AT(step_fraction), NULL, NULL,
     "time step per Rayleigh time of the smallest grain; 0.1 to 0.2 is usual"},
    {"skin", KEY_REAL, DIM_NONE, 0.01, 2, 0.4, NULL, AT(skin), NULL, NULL, "of the neighbour list, in mean radii"},
    {"drag", KEY_REAL, DIM_NONE, 0, 1, 0, NULL, AT(drag), NULL, NULL,
     "fraction of critical damping, relative to the affine motion of the powder"},
    {"gravity", KEY_REAL, DIM_ACCELERATION, 0, 1e6, 0, NULL, AT(gravity), NULL, NULL, "along -z"},
    {"control_interval", KEY_INT, DIM_NONE, 1, 1e5, 10, NULL, AT(control_interval), NULL, NULL,
     "steps between decisions of the servo, the neighbour list and the stages"},
    {"max_steps", KEY_INT64, DIM_NONE, 0, 9e15, 0, NULL, AT(max_steps), NULL, NULL,
     "stop with a checkpoint after this many steps; 0: no limit"},
    {0},
};
#undef AT

#define AT(field) offsetof(PartitionConfig, field)
static const DeckKey partition_keys[] = {
    {"imbalance", KEY_REAL, DIM_NONE, 1.01, 100, 1.2, NULL, AT(imbalance), NULL, NULL,
     "work of the slowest rank over the mean, rigid and meshed grains each by itself, above which grains are distributed anew"},
    {"check_every", KEY_INT, DIM_NONE, 1, 1e9, 5000, NULL, AT(check_every), NULL, NULL,
     "steps between two looks at the balance of the ranks"},
    {0},
};
#undef AT

#define AT(field) offsetof(OutputConfig, field)
static const DeckKey output_keys[] = {
    {"folder", KEY_TEXT, DIM_NONE, NO, "auto", AT(folder), NULL, NULL,
     "where files go; auto: out/ and the name of the deck"},
    {"history_every", KEY_INT, DIM_NONE, 1, 1e9, 200, NULL, AT(history_every), NULL, NULL,
     "steps between rows of history.csv; a multiple of time.control_interval"},
    {"vtk_every", KEY_INT, DIM_NONE, -1, 1e9, 0, NULL, AT(vtk_every), NULL, NULL,
     "steps between VTK frames, a multiple of time.control_interval; 0: at the ends of stages, -1: none"},
    {"checkpoint_every", KEY_INT, DIM_NONE, -1, 1e9, 0, NULL, AT(checkpoint_every), NULL, NULL,
     "steps between checkpoints, a multiple of time.control_interval; 0: at the ends of stages, -1: none"},
    {"wall_limit", KEY_SECONDS, DIM_TIME, 0, 1e18, 0, NULL, AT(wall_limit), NULL, NULL,
     "wall-clock time after which the run writes a checkpoint and stops; 0 s: none"},
    {"overwrite", KEY_BOOL, DIM_NONE, NO, "no", AT(overwrite), NULL, NULL,
     "a folder that holds a run may be written over"},
    {"conduction", KEY_BOOL, DIM_NONE, NO, "yes", AT(conduction), NULL, NULL,
     "conductivity at the ends of stages, into conduction.csv; needs resistivity and mean_free_path of the card"},
    {0},
};
#undef AT

#define BASE(field) offsetof(Config, field)
const DeckBlock deck_blocks[] = {
    {"", top_keys, 0, "top of the deck"},
    {"material", material_keys, 0, "what the grains are made of; any number of the card can be given here instead"},
    {"powder", powder_keys, BASE(powder), "the grains and how they lie"},
    {"contact",contact_keys, BASE(contact), "what grains do to each other"},
    {"mesh", mesh_keys, BASE(mesh), "grains as meshed, plastic bodies"},
    {"mesh/region", region_keys, BASE(mesh.region), "grains: region; where a grain's centre must be then"},
    {"mesh/trigger", trigger_keys, BASE(mesh.trigger), "grains: by_trigger; any of them makes a grain meshed"},
    {"ligand", no_keys, BASE(ligand), "organic molecules on the grains"},
    {"sinter", sinter_keys, BASE(sinter), "the slow clock: ligands, bonds and necks in a dwell of seconds"},
    {"die", die_keys, BASE(die), "the cylinder and the two punches"},
    {"die/wall", tool_keys, BASE(die.wall), "face of the bore"},
    {"die/top", tool_keys, BASE(die.top), "face of the top punch"},
    {"die/bottom", tool_keys, BASE(die.bottom), "face of the bottom punch"},
    {"time", time_keys, BASE(time), "steps"},
    {"partition", partition_keys, BASE(partition), "who computes which grains"},
    {"output", output_keys, BASE(output), "files"},
    {0},
};

/* clang-format on */

const char *const source_names[FROM_N] = {"default", "card", "deck", "command line"};

DeckKey key_of_param(const ParamSpec *p)
{
  return (DeckKey){p->key, KEY_REAL, p->dim, p->min, p->max, p->def, NULL, p->offset, NULL, p->card, p->what};
}

const DeckChoice *choice_find(const DeckChoice choices[], const char name[])
{
  for (const DeckChoice *c = choices; c->name; c++)
    if (!strcmp(c->name, name)) return c;
  return NULL;
}
