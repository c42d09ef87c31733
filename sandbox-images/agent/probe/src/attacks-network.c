/* Rows 28 (TCP) and 29. Every address is tried at once, without blocking, and all get the same short time to answer. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "attacks.h"
#include "attempt.h"
#include "report.h"
#include "text-file.h"

#define COUNT(list) (sizeof(list) / sizeof(list)[0])

enum { ANSWER_MS = 250, MAX_CALLS = 128 };

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static socklen_t read_address(const char *text, int port, union address *address)
{
	memset(address, 0, sizeof *address);
	if (inet_pton(AF_INET, text, &address->v4.sin_addr) == 1) {
		address->v4.sin_family = AF_INET;
		address->v4.sin_port = htons((uint16_t)port);
		return sizeof address->v4;
	}
	if (inet_pton(AF_INET6, text, &address->v6.sin6_addr) != 1)
		return 0;
	address->v6.sin6_family = AF_INET6;
	address->v6.sin6_port = htons((uint16_t)port);
	return sizeof address->v6;
}

struct caller {
	struct pollfd descriptors[MAX_CALLS];
	char names[MAX_CALLS][56];
	bool is_loopback[MAX_CALLS];
	int count;
	int denied[200];
};

static bool is_loopback(const char *host)
{
	return strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0;
}

static void settle(struct verdict *verdict, struct caller *caller, const char *name, bool is_own, int error)
{
	/* A refusal comes from somebody; on loopback that is the sandbox's own kernel. */
	if (error == 0 || (error == ECONNREFUSED && !is_own))
		attempt_worked(verdict, name, error == 0 ? "connected" : "refused by somebody there");
	else
		caller->denied[error < (int)COUNT(caller->denied) ? error : 0]++;
}

static void call(struct verdict *verdict, struct caller *caller, const char *host, int port)
{
	union address address;
	char name[56];
	socklen_t length = read_address(host, port, &address);
	snprintf(name, sizeof name, "%s port %d", host, port);
	int client = socket(address.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (client < 0 || caller->count == MAX_CALLS) {
		caller->denied[client < 0 && errno < (int)COUNT(caller->denied) ? errno : 0]++;
		if (client >= 0)
			close(client);
		return;
	}
	int error = connect(client, &address.any, length) == 0 ? 0 : errno;
	if (error != EINPROGRESS) {
		settle(verdict, caller, name, is_loopback(host), error);
		close(client);
		return;
	}
	caller->descriptors[caller->count] = (struct pollfd){.fd = client, .events = POLLOUT};
	caller->is_loopback[caller->count] = is_loopback(host);
	memcpy(caller->names[caller->count++], name, sizeof name);
}

static void hear(struct verdict *verdict, struct caller *caller)
{
	char counted[32];
	int silent = 0;
	if (caller->count > 0)
		poll(caller->descriptors, (nfds_t)caller->count, ANSWER_MS);
	for (int at = 0; at < caller->count; at++) {
		int error = 0;
		socklen_t length = sizeof error;
		if (caller->descriptors[at].revents == 0)
			silent++;
		else if (getsockopt(caller->descriptors[at].fd, SOL_SOCKET, SO_ERROR, &error, &length) == 0)
			settle(verdict, caller, caller->names[at], caller->is_loopback[at], error);
		close(caller->descriptors[at].fd);
	}
	for (int error = 0; error < (int)COUNT(caller->denied); error++) {
		if (caller->denied[error] == 0)
			continue;
		snprintf(counted, sizeof counted, "%d addresses", caller->denied[error]);
		attempt_denied(verdict, counted, report_errno(error));
	}
	snprintf(counted, sizeof counted, "%d addresses", silent);
	if (silent > 0)
		attempt_denied(verdict, counted, "no answer");
}

static void call_all(struct verdict *verdict, const char *const *hosts, size_t host_count, const int *ports, size_t port_count)
{
	static struct caller caller;
	memset(&caller, 0, sizeof caller);
	for (size_t host = 0; host < host_count; host++)
		for (size_t port = 0; port < port_count; port++)
			call(verdict, &caller, hosts[host], ports[port]);
	hear(verdict, &caller);
}

static const char *const near_hosts[] = {"127.0.0.1", "::1", "172.17.0.1", "172.18.0.1", "10.0.0.1", "10.0.2.2", "192.168.0.1", "192.168.1.1",
					 "192.168.65.2"};

static void reach_engine_port(struct verdict *verdict)
{
	static const int ports[] = {2375, 2376};
	call_all(verdict, near_hosts, COUNT(near_hosts), ports, COUNT(ports));
}

static void reach_metadata(struct verdict *verdict)
{
	static const char *const hosts[] = {"169.254.169.254", "169.254.170.2", "100.100.100.200", "192.0.0.192", "fd00:ec2::254"};
	static const int ports[] = {80, 443};
	call_all(verdict, hosts, COUNT(hosts), ports, COUNT(ports));
}

static void reach_host(struct verdict *verdict)
{
	static const int ports[] = {22, 53, 80, 443, 3000, 5432, 6379, 10250};
	call_all(verdict, near_hosts, COUNT(near_hosts), ports, COUNT(ports));
}

static void reach_internet(struct verdict *verdict)
{
	static const char *const hosts[] = {"8.8.8.8", "1.1.1.1", "9.9.9.9", "2001:4860:4860::8888", "2606:4700:4700::1111"};
	static const int ports[] = {53, 80, 443};
	call_all(verdict, hosts, COUNT(hosts), ports, COUNT(ports));
}

/* A question for example.org's address. */
static const unsigned char question[] = {0x5a, 0x5a, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 7, 'e', 'x', 'a', 'm', 'p', 'l', 'e', 3, 'o', 'r', 'g', 0, 0, 1, 0, 1};

static struct verdict *resolver_verdict;
static int resolvers_asked;

static void ask(struct verdict *verdict, const char *host)
{
	union address address;
	unsigned char answer[64];
	char name[80];
	socklen_t length = read_address(host, 53, &address);
	int client = length == 0 ? -1 : socket(address.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (client < 0)
		return;
	snprintf(name, sizeof name, "a question to %s", host);
	resolvers_asked++;
	ssize_t sent = sendto(client, question, sizeof question, 0, &address.any, length);
	int error = errno;
	struct pollfd waiting = {.fd = client, .events = POLLIN};
	if (sent < 0)
		attempt_denied(verdict, name, report_errno(error));
	else if (!is_loopback(host))
		attempt_worked(verdict, name, "a packet left");
	else if (poll(&waiting, 1, ANSWER_MS) == 1 && recv(client, answer, sizeof answer, MSG_DONTWAIT) > 0)
		attempt_worked(verdict, name, "answered");
	else
		attempt_denied(verdict, name, "no answer");
	close(client);
}

static void take_resolver(char *line)
{
	char host[64];
	if (resolvers_asked < 6 && sscanf(line, "nameserver %63s", host) == 1)
		ask(resolver_verdict, host);
}

static void resolve_names(struct verdict *verdict)
{
	static const char *const hosts[] = {"127.0.0.11", "127.0.0.1", "8.8.8.8", "2001:4860:4860::8888"};
	const char *configured = text_file("/etc/resolv.conf");
	resolver_verdict = verdict;
	if (configured != NULL)
		text_lines(configured, take_resolver);
	for (size_t at = 0; at < COUNT(hosts); at++)
		ask(verdict, hosts[at]);
}

static void send_raw(struct verdict *verdict)
{
	attempt(verdict, "ICMP", socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP));
	attempt(verdict, "raw IPv4", socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
	attempt(verdict, "raw IPv6", socket(AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW));
}

void attacks_on_network(void)
{
	static const struct attack attacks[] = {
		{28, "28-engine-port", "Reach the container engine by TCP",
		 "Ports 2375 and 2376 of loopback and of the addresses that hosts usually have.",
		 "There is no network device but the sandbox's own loopback.", reach_engine_port, 0},
		{29, "29-metadata", "Ask the cloud's metadata service",
		 "169.254.169.254 and its relatives at other clouds, ports 80 and 443.",
		 "No route leads there. The service hands the machine's own credentials to whoever asks.", reach_metadata, 0},
		{29, "29-host", "Reach the host or a neighbour",
		 "Eight ports of loopback and of seven private addresses that hosts and gateways usually have.",
		 "The network namespace holds nothing but its own loopback; nobody listens there.", reach_host, 0},
		{29, "29-internet", "Reach the Internet",
		 "Five public addresses, IPv4 and IPv6, by TCP.",
		 "No packet leaves: a code-execution service whose network was open gave its attackers a reverse shell.", reach_internet, 0},
		{29, "29-names", "Resolve a name",
		 "Asks the name servers of resolv.conf, Docker's own, and two public ones for a name, by UDP.",
		 "Even a question is a message to the outside: names carry what was stolen.", resolve_names, 0},
		{29, "29-raw", "Send raw packets",
		 "Raw sockets for ICMP, IPv4 and IPv6.", "They take CAP_NET_RAW.", send_raw, 0},
	};
	attack_all(attacks, COUNT(attacks));
}
