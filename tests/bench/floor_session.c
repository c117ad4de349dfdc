/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What a session costs at the least: a keeper that only answers, and a client that says what a
 * command says.
 *
 *	floor_session start SOCKET    a process that listens there; returns when it does
 *	floor_session show SOCKET     HELLO and READ; to a real keeper as well
 *	floor_session stop SOCKET     HELLO and STOP
 */
#include "config.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "session/wire.h"

static char buf[WIRE_MESSAGE_MAX + sizeof(struct wire_header)];

static enum wire_kind receive(int sock)
{
	struct wire_header h;

	if (recv(sock, buf, sizeof(buf), 0) < (ssize_t)sizeof(h))
		return 0;
	memcpy(&h, buf, sizeof(h));
	return h.kind;
}

static int say(int sock, enum wire_kind kind, uint32_t value)
{
	struct wire_header h = { kind, value };
	static const char words[] = "floor_session show";
	size_t len = sizeof(h);

	memcpy(buf, &h, sizeof(h));
	if (kind == WIRE_HELLO) {
		memcpy(buf + len, words, sizeof(words));
		len += sizeof(words);
	}
	return send(sock, buf, len, MSG_NOSIGNAL) == (ssize_t)len ? 0 : 1;
}

static int keep(int listener)
{
	for (;;) {
		int sock = accept(listener, NULL, NULL);
		enum wire_kind kind;

		if (sock < 0)
			return 1;
		while ((kind = receive(sock))) {
			say(sock, kind == WIRE_HELLO ? WIRE_INFO : WIRE_OK, 0);
			if (kind == WIRE_STOP)
				return 0;
		}
		close(sock);
	}
}

static int start(int sock, const struct sockaddr_un *at)
{
	unlink(at->sun_path);
	if (bind(sock, (const void *)at, sizeof(*at)) || listen(sock, 8))
		return 1;
	switch (fork()) {
	case -1:
		return 1;
	case 0:
		setsid();
		_exit(keep(sock));
	default:
		return 0;
	}
}

static int ask(int sock, const struct sockaddr_un *at, enum wire_kind kind)
{
	enum wire_kind answer;

	if (connect(sock, (const void *)at, sizeof(*at)) || say(sock, WIRE_HELLO, WIRE_VERSION) ||
	    receive(sock) != WIRE_INFO || say(sock, kind, 0))
		return 1;
	do {
		answer = receive(sock);
	} while (answer == WIRE_LEDGER);
	return answer != WIRE_OK;
}

int main(int argc, char **argv)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	int sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (argc != 3 || sock < 0) {
		fprintf(stderr, "usage: floor_session start|show|stop SOCKET\n");
		return 2;
	}
	snprintf(at.sun_path, sizeof(at.sun_path), "%s", argv[2]);
	if (!strcmp(argv[1], "start"))
		return start(sock, &at);
	return ask(sock, &at, !strcmp(argv[1], "stop") ? WIRE_STOP : WIRE_READ);
}
