"""Looks around as the well-known scripts do that are run first in a container that was broken into: what is this, what lies here, what
leads out. One line an area: `area = nothing`, or `area = <what was found>`. Facts that lend nothing are `about` lines."""
import glob
import os
import re
import shutil
import socket
import stat

TOOLS = """docker podman ctr nerdctl runc crun kubectl crictl lxc nsenter unshare sudo su doas mount umount pkexec
    curl wget nc ncat netcat socat nmap telnet ssh scp ftp dig nslookup host ping tcpdump ip ifconfig arp route iptables
    apt apt-get dpkg apk yum dnf pip pip3 npm git gcc gdb strace chroot capsh setcap getcap busybox perl""".split()
SECRET_FILES = """/etc/shadow /etc/gshadow /etc/sudoers /root/.ssh /root/.bash_history /root/.docker /root/.kube /root/.aws
    /home/*/.ssh /run/secrets /var/run/secrets/kubernetes.io /etc/kubernetes /etc/docker /var/lib/docker /var/lib/kubelet /host /hostfs
    /rootfs /mnt/host /.dockerinit /etc/ssl/private /etc/krb5.keytab /proc/self/root/host""".split()
SECRET_NAMES = re.compile(
    r"(^id_[a-z0-9]+$|\.pem$|\.p12$|\.pfx$|\.kdbx$|^\.env$|^credentials$|^\.netrc$|^\.git-credentials$|^\.npmrc$|^\.pypirc$"
    r"|^wp-config\.php$|^\.htpasswd$|_history$|^kubeconfig$|^authorized_keys$|^docker-compose\.ya?ml$)"
)
SECRET_WORDS = re.compile(r"pass|token|secret|credential|api_?key|access_?key|kubernetes|aws_|docker_", re.I)
ORDINARY_FILE_SYSTEMS = {"overlay", "tmpfs", "proc", "sysfs", "cgroup", "cgroup2", "devpts", "mqueue", "devtmpfs", "ext4", "squashfs", "erofs", "rootfs", "9p", "gofer", "none"}
OWN_PLACES = ("/workspace", "/tmp", "/dev/shm", "/proc", "/dev/mqueue", "/dev/pts")



def read(path):
    try:
        with open(path, "rb") as file:
            return file.read(1 << 20).decode("utf-8", "replace")
    except OSError:
        return ""


def tell(area, found):
    found = list(found)
    print(f"{area} = {'; '.join(str(it) for it in found[:20]) if found else 'nothing'}", flush=True)


def status(field):
    match = re.search(rf"^{field}:\s*(\S+)", read("/proc/self/status"), re.M)
    return match[1] if match else ""


def walk(root="/"):
    for folder, folders, files in os.walk(root):
        if folder == "/":
            folders[:] = [name for name in folders if name not in ("proc", "sys")]
        for name in files + folders:
            path = os.path.join(folder, name)
            try:
                yield path, name, os.lstat(path)
            except OSError:
                pass


everything = list(walk())
mounts = [line.split() for line in read("/proc/self/mounts").splitlines()]
environment = dict(os.environ)
processes = [int(name) for name in os.listdir("/proc") if name.isdigit()]

print(f"about kernel = {' '.join(os.uname())}", flush=True)
print(f"about uid map = {' '.join(read('/proc/self/uid_map').split())}", flush=True)
print(f"about mark of a container = {os.path.exists('/.dockerenv')}", flush=True)
print(f"about files seen = {len(everything)}", flush=True)
print(f"about label = {read('/proc/self/attr/current').strip()}", flush=True)

# Who: rights, groups, filters.
tell("user", [f"uid {uid}" for uid in {os.getuid(), os.geteuid(), os.getgid()} if uid == 0])
tell("groups", [group for group in os.getgroups() if group != os.getgid()])
tell("capabilities", [f"{name} {status(name)}" for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb") if int(status(name) or "0", 16)])
tell("no seccomp filter", [] if status("Seccomp") == "2" else [f"Seccomp {status('Seccomp')}"])
tell("lent rights", [path for path, _, info in everything if stat.S_ISREG(info.st_mode) and info.st_mode & (stat.S_ISUID | stat.S_ISGID)])

# What is here: tools, sockets, disks, files.
tell("tools", [tool for tool in TOOLS if shutil.which(tool, path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")])
tell("sockets", [path for path, _, info in everything if stat.S_ISSOCK(info.st_mode)])
tell("disks", [path for path, _, info in everything if stat.S_ISBLK(info.st_mode)])
tell("secret places", [path for pattern in SECRET_FILES for path in glob.glob(pattern) if os.access(path, os.R_OK)])
tell("secret files", [path for path, name, _ in everything if SECRET_NAMES.search(name) and not path.startswith("/usr/share/ca-certificates") and not re.search(r"/site-packages/|/test/", path)])
tell("password hashes", [line.split(":")[0] for line in (read("/etc/passwd") + read("/etc/shadow")).splitlines() if re.search(r":\$[0-9a-z]+\$", line)])
tell("shells for people", [line for line in read("/etc/passwd").splitlines() if re.search(r"/(ba|z|da|k)?sh$", line) and not line.startswith("root:")])
tell("telling environment", [name for name in environment if SECRET_WORDS.search(name)])
tell("history and crontabs", [path for path, name, _ in everything if name in ("crontab", "at.allow", "anacrontab") or "/cron" in path])

# Who else is here.
others = [pid for pid in processes if pid not in (1, os.getpid(), os.getppid())]
tell("other processes", [f"{pid} {read(f'/proc/{pid}/comm').strip()}" for pid in others])
tell("threads of a kernel", [pid for pid in processes if read(f"/proc/{pid}/comm").strip() in ("kthreadd", "ksoftirqd/0", "systemd", "dockerd", "containerd")])
tell("others' environments", [pid for pid in processes if pid != os.getpid() and SECRET_WORDS.search(read(f"/proc/{pid}/environ"))])

# What leads out: mounts, settings of the kernel, its log, its memory.
tell("foreign mounts", [f"{it[0]} on {it[1]}" for it in mounts if it[2] not in ORDINARY_FILE_SYSTEMS])
tell("folders of the host", [f"{line.split()[3]} on {line.split()[4]}" for line in read("/proc/self/mountinfo").splitlines()
     if len(line.split()) > 4 and re.search(r"docker\.sock|/(etc|root|home|var/run|boot|lib/modules|usr)(/|$)", line.split()[3]) and line.split()[4] not in ("/etc/resolv.conf", "/etc/hostname", "/etc/hosts")])
tell("writable places", [it[1] for it in mounts if os.access(it[1], os.W_OK) and not it[1].startswith(OWN_PLACES) and not stat.S_ISCHR(os.stat(it[1]).st_mode)])
tell("writable files of the system", [path for path, _, info in everything if stat.S_ISREG(info.st_mode) and not path.startswith(OWN_PLACES) and os.access(path, os.W_OK)])
levers = ["/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sysrq-trigger", "/proc/sys/fs/binfmt_misc/register",
          "/sys/kernel/uevent_helper", "/proc/sys/vm/overcommit_memory", "/proc/self/mem/../../1/mem", "/proc/1/oom_score_adj"]
levers += [os.path.join(folder, name) for folder, _, files in os.walk("/sys/fs/cgroup") for name in files if name in ("release_agent", "notify_on_release", "devices.allow", "cgroup.procs")]


def opens(path, flags):
    try:
        os.close(os.open(path, flags))
        return True
    except OSError:
        return False


tell("levers", [path for path in levers if opens(path, os.O_WRONLY)])
tell("kernel memory and log", [path for path in ("/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg", "/proc/kcore", "/proc/kmsg") if read(path)])
tell("other roots", [path for path in ("/proc/1/root/", "/proc/1/cwd/") if os.access(path, os.R_OK) and os.path.exists(path)])
tell("modules", [line.split()[0] for line in read("/proc/modules").splitlines()] if os.access("/lib/modules", os.R_OK) else [])

# Where the network goes.
tell("interfaces", [line.split(":")[0].strip() for line in read("/proc/net/dev").splitlines()[2:] if not line.strip().startswith("lo:")])
tell("routes", read("/proc/net/route").splitlines()[1:])
tell("neighbours", read("/proc/net/arp").splitlines()[1:])
tell("listeners", [line.split()[1] for table in ("tcp", "tcp6", "udp", "udp6") for line in read(f"/proc/net/{table}").splitlines()[1:]])
tell("abstract sockets", [line.split()[-1] for line in read("/proc/net/unix").splitlines()[1:] if line.split()[-1].startswith("@")])


def answers(address, port):
    try:
        with socket.create_connection((address, port), timeout=0.5):
            return True
    except OSError:
        return False


hosts = ["127.0.0.1", "169.254.169.254", "172.17.0.1", "10.0.0.1", "192.168.0.1", "100.100.100.200"]
tell("ports that answer", [f"{host}:{port}" for host in hosts for port in (22, 80, 443, 2375, 2376, 3000, 6443, 8080, 8443, 9229, 10250, 10255) if answers(host, port)])


def named(address):
    try:
        return socket.gethostbyaddr(address)[0]
    except OSError:
        return None


tell("names of neighbours", [f"{address} {name}" for address in hosts[1:] + ["8.8.8.8"] if (name := named(address))])
