#!/bin/bash
# A real Slurm on this machine, for one job: inputs/jobs/coin.slurm meets its time limit, goes back into the queue as often as it
# takes, and ends with the same bits as a run that nothing interrupted, on another number of ranks.
#
#   tests/slurm/trial.sh build/nanomint [FOLDER]          with srun;   MPIEXEC=mpirun tests/slurm/trial.sh ...   with Open MPI's own
#   JOB=coin.pbs tests/slurm/trial.sh ...                 inputs/jobs/coin.pbs, by the qsub and the PBS variables that Slurm has
#
# Some five minutes, whatever the machine: Slurm's shortest limit is a minute and it looks at limits every 30 s, so the number of
# grains is chosen from a short run.  Exit code 0: the same; 1: not; 77: there is no Slurm here (Debian: apt-get install slurm-wlm
# munge hdf5-tools, for qsub slurm-wlm-torque).  Needs no rights: the daemons belong to the caller, listen on this machine only and end with the script.
# FOLDER (default: a new one in TMPDIR) keeps the logs: slurmctld.log, slurmd.log, jobs.log, job.log, trial.log.
set -u
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "${1:?the program: build/nanomint}")
for tool in munged slurmctld slurmd sbatch scontrol; do
  PATH=$PATH:/usr/sbin:/sbin command -v $tool >/dev/null || { echo "skipped: no $tool here (Debian: apt-get install slurm-wlm munge)"; exit 77; }
done
PATH=$PATH:/usr/sbin:/sbin
work=$(realpath "${2:-$(mktemp -d)}")
mkdir -p "$work/state" "$work/spool" "$work/munge" "$work/straight" "$work/queued" && chmod 755 "$work" && chmod 700 "$work/munge" && cd "$work" || exit 1
[ ! -e queued/out ] || { echo "$work holds a trial already"; exit 1; }
python_with_numpy() { for python in python3 /usr/bin/python3; do "$python" -c 'import numpy' 2>/dev/null && echo "$python" && return; done; return 1; }
say() { echo "$(date +%T) $*" | tee -a trial.log; }

# ------------------------------------------------------------------------------------------------------------ Slurm for one node

host=$(hostname -s)
cores=$(env -u OMP_NUM_THREADS nproc)
ranks=$((cores < 2 ? 1 : 2))
port=$((20000 + RANDOM % 20000))
me=$(id -un)
script=${JOB:-coin.slurm}
cat >slurm.conf <<CONF
ClusterName=trial
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$me
SlurmdUser=$me
AuthInfo=socket=$work/munge/socket,cred_expire=15
SlurmctldPort=$port
SlurmdPort=$((port + 1))
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$work/jobs.log
ReturnToService=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cores State=UNKNOWN
PartitionName=trial Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
export SLURM_CONF=$work/slurm.conf
if [ "$script" = coin.pbs ]; then
  command -v qsub generate_pbs_nodefile >/dev/null || { echo "skipped: no qsub here (Debian: apt-get install slurm-wlm-torque)"; exit 77; }
  echo "required spank_pbs.so" >plugstack.conf # PBS_JOBID, PBS_O_WORKDIR and the rest; the file of nodes comes from the prolog
  printf 'PlugStackConfig=%s\nTaskProlog=%s\n' "$work/plugstack.conf" "$work/prolog" >>slurm.conf
  cat >prolog <<PROLOG
#!/bin/bash
echo "export PBS_NODEFILE=\$(generate_pbs_nodefile)"
echo "export SLURM_CONF=$SLURM_CONF"
$([ "$(id -u)" -eq 0 ] && printf 'echo "export %s=1"\n' OMPI_ALLOW_RUN_AS_ROOT OMPI_ALLOW_RUN_AS_ROOT_CONFIRM)
PROLOG
  chmod 755 prolog
fi

stop_daemons() {
  [ -z "${job:-}" ] || scancel "$job" 2>/dev/null
  for daemon in slurmd slurmctld munge/munged; do
    if [ -f $daemon.pid ]; then kill "$(cat $daemon.pid)" 2>/dev/null; fi
  done
}
trap stop_daemons EXIT
trap 'exit 1' INT TERM
(umask 077 && head -c 1024 /dev/urandom >munge/key)
munged --force --key-file="$work/munge/key" --socket="$work/munge/socket" --pid-file="$work/munge/munged.pid" --log-file="$work/munge/log" \
  --seed-file="$work/munge/seed" --num-threads=2 2>munge/err || { cat munge/err; exit 1; }
slurmctld && slurmd || exit 1
for ((k = 0; k < 30; k++)); do
  [ "$(sinfo -h -o %T 2>/dev/null)" = idle ] && break
  sleep 1
done
[ "$(sinfo -h -o %T)" = idle ] || { echo "Slurm does not come up: $(sinfo -h -o '%T %E'); see $work/slurmctld.log, slurmd.log"; exit 1; }
say "$(sinfo --version) on $host, $cores cores; MPI types of srun: $(srun --mpi=list 2>&1 | tail -n +2 | tr -s '\n\t ' ' ')"

# ---------------------------------------------------------------------------------------------- how many grains take a minute here

export OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 NANOMINT=$program
if [ "$(id -u)" -eq 0 ]; then export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1; fi
start=$(date +%s%N)
mpirun -n 1 "$program" "$here/trial.yml" -powder_grains 400 -output_folder probe >probe.log 2>&1 || { cat probe.log; exit 1; }
probe=$((($(date +%s%N) - start) / 1000000)) # ms
grains=$((400 * 90000 / probe)) # half of that on two quiet cores is more than the 40 s after which the signal comes at the latest
grains=$((grains < 200 ? 200 : grains > 8000 ? 8000 : grains))
say "a run of 400 grains takes $probe ms on one rank: $grains grains for some 90 s"

# -------------------------------------------------------------------------------------------------------------------------- the job

sed "s/grains: 200/grains: $grains/" "$here/trial.yml" >trial.yml
state_of() { scontrol show job -o "$1" | grep -oE '(JobId|Restarts|JobState|Reason|ExitCode)=[^ ]*' | tr '\n' ' '; }
follow() { # job: to its end
  before=""
  for ((k = 0; k < 1200; k++)); do
    now=$(state_of "$1")
    [ "$now" = "$before" ] || say "$now"
    before=$now
    case $now in *JobState=PENDING* | *JobState=RUNNING* | *JobState=COMPLETING* | *JobState=CONFIGURING*) ;; *JobState=*) break ;; esac
    sleep 0.5
  done
}
cd queued || exit 1
if [ "$script" = coin.pbs ]; then
  # the lines of the script with the size of this machine; the run ends by itself 10 s before 0.8 min
  sed "s/select=2:ncpus=64:mpiprocs=64/select=1:ncpus=$ranks:mpiprocs=$ranks/; s/walltime=.*/walltime=00:02:00/" "$here/../../inputs/jobs/coin.pbs" >my.pbs
  job=$(DECK=../trial.yml RUN=out LIMIT=0.8 SCRIPT=my.pbs qsub -v DECK,RUN,LIMIT,SCRIPT,NANOMINT my.pbs) || { echo "$job"; exit 1; }
  cd ..
  say "job $job, $ranks ranks by ${MPIEXEC:-mpirun}, submitted by qsub, limit of the run 0.8 min"
  while [ -n "$job" ]; do
    follow "$job"
    cat queued/my.pbs.[oe]"$job" >>job.log
    job=$(awk '/submits itself again/ { getline; print }' queued/my.pbs.o"$job")
  done
  legs=$(grep -c 'submits itself again' job.log)
else
  job=$(RUN=out sbatch --parsable --nodes=1 --ntasks-per-node="$ranks" --time=1 --signal=B:USR1@20 --output=../job.log \
    "$here/../../inputs/jobs/coin.slurm" ../trial.yml) || exit 1
  cd ..
  say "job $job, $ranks ranks by ${MPIEXEC:-srun}, limit one minute, signal 20 s before it"
  follow "$job"
  legs=$(grep -c 'back into the queue' job.log)
fi
case $now in *JobState=COMPLETED*) ;; *) echo "FAILED: the job ended as $now"; tail -n 30 job.log; exit 1 ;; esac
[ "$legs" -ge 1 ] || { echo "FAILED: the run ended before its time limit: nothing was tried"; exit 1; }

# ------------------------------------------------------------------------------------------------------------ and without a limit

cd straight || exit 1
mpirun -n 1 "$program" ../trial.yml -output_folder out >../straight.log 2>&1 || { tail ../straight.log; exit 1; }
cd ..
rows=$(wc -l <straight/out/history.csv)
cmp straight/out/history.csv queued/out/history.csv || { echo "FAILED: history.csv differs"; exit 1; }
said="history.csv, $((rows - 1)) rows; checkpoint.h5"
if command -v h5dump >/dev/null && python=$(python_with_numpy); then
  "$python" "$here/same_state.py" straight/out/checkpoint.h5 queued/out/checkpoint.h5 >state.log || { echo "FAILED: $(cat state.log)"; exit 1; }
  said="$said, $(cat state.log)"
else
  said="$said not compared: no h5dump (hdf5-tools) or no numpy"
fi
say "the same bits after $legs returns to the queue on $ranks ranks as straight through on 1 rank: $said"
