/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The wire: one message in, one message out, descriptors beside it. */
#include "config.h"
#include "session/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* size_t, or what POSIX wants: socklen_t. */
#define CONTROL_LEN __typeof__(((struct msghdr *)NULL)->msg_controllen)

enum wire_result wire_send(int sock, enum wire_kind kind, uint32_t value, const void *body,
			   size_t len, const int *fds, size_t n_fds)
{
	struct wire_header header = { .kind = kind, .value = value };
	struct iovec iov[2] = {
		{ .iov_base = &header, .iov_len = sizeof(header) },
		{ .iov_base = (void *)(uintptr_t)body, .iov_len = len },
	};
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int) * WIRE_FDS_MAX)];
	} control;
	struct msghdr msg = { .msg_iov = iov, .msg_iovlen = 2 };
	ssize_t n;

	if (len > WIRE_MESSAGE_MAX || n_fds > WIRE_FDS_MAX) {
		errno = EMSGSIZE;
		return WIRE_FAILED;
	}
	if (n_fds) {
		struct cmsghdr *c = &control.align;

		memset(&control, 0, sizeof(control));
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = (CONTROL_LEN)CMSG_LEN(sizeof(int) * n_fds);
		memcpy(CMSG_DATA(c), fds, sizeof(int) * n_fds);
		msg.msg_control = &control;
		msg.msg_controllen = (CONTROL_LEN)CMSG_SPACE(sizeof(int) * n_fds);
	}
	do
		n = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return WIRE_DONE_OK;
	if (errno == EPIPE || errno == ECONNRESET)
		return WIRE_CLOSED;
	return errno == EAGAIN ? WIRE_AGAIN : WIRE_FAILED;
}

void wire_drop_fds(struct wire_message *m)
{
	while (m->n_fds)
		close(m->fds[--m->n_fds]);
}

static void collect_fds(struct msghdr *msg, struct wire_message *m)
{
	/* The kernel puts all descriptors of a message below one header, and was asked for no
	 * other. */
	const struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	size_t bytes;

	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		return;
	bytes = c->cmsg_len - CMSG_LEN(0);
	memcpy(m->fds, CMSG_DATA(c), bytes);
	m->n_fds = bytes / sizeof(int);
}

enum wire_result wire_receive(int sock, struct wire_message *m)
{
	struct iovec iov[2] = {
		{ .iov_base = &m->header, .iov_len = sizeof(m->header) },
		{ .iov_base = m->body, .iov_len = sizeof(m->body) },
	};
	union {
		struct cmsghdr align;
		char buf[CMSG_SPACE(sizeof(int) * WIRE_FDS_MAX)];
	} control;
	struct msghdr msg = {
		.msg_iov = iov,
		.msg_iovlen = 2,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t n;

	m->n_fds = 0;
	n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	if (n < 0) {
		if (errno == ECONNRESET)
			return WIRE_CLOSED;
		return errno == EAGAIN ? WIRE_AGAIN : WIRE_FAILED;
	}
	collect_fds(&msg, m);
	if (n == 0 && !m->n_fds)
		return WIRE_CLOSED;
	if ((msg.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) || n < (ssize_t)sizeof(m->header)) {
		wire_drop_fds(m);
		return msg.msg_flags & MSG_CTRUNC ? WIRE_LOST : WIRE_GARBLED;
	}
	m->len = (size_t)n - sizeof(m->header);
	return WIRE_DONE_OK;
}

bool wire_peer(int sock, uid_t *uid, pid_t *pid)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return false;
	*uid = cred.uid;
	*pid = cred.pid;
	return true;
}
