/* SPDX-License-Identifier: BSD-2-Clause */
#include "eliloader/xapi.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "eliloader/xapi_guard.h"
#include "lib/cleanup.h"
#include "lib/log.h"

#define REASON_MAX 512 /* bytes of a sentence before method and subject */

void xapi_init(struct xapi *x, const char *socket, unsigned timeout_s,
	       const char *subject)
{
	*x = (struct xapi){ .subject = subject };
	if (!socket)
		socket = access(XAPI_SOCKET, F_OK) == 0 ||
					 access(XAPI_SOCKET_OLD, F_OK) < 0
				 ? XAPI_SOCKET
				 : XAPI_SOCKET_OLD;
	xapi_conn_init(&x->conn, socket, timeout_s);
}

static int code_errno(const char *code)
{
	static const struct {
		const char *code;
		int r;
	} table[] = {
		{ "UUID_INVALID", -ENOENT },
		{ "HANDLE_INVALID", -ENOENT },
		{ "MAP_DUPLICATE_KEY", -EEXIST },
		{ "SESSION_INVALID", -EACCES },
		{ "SESSION_AUTHENTICATION_FAILED", -EACCES },
		{ "RBAC_PERMISSION_DENIED", -EACCES },
		{ "HOST_IS_SLAVE", -EXDEV },
	};

	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (strcmp(table[i].code, code) == 0)
			return table[i].r;
	return -EREMOTEIO;
}

/* "CODE (first, second)": nested values are left out. */
static void describe(const struct xmlrpc_value *list, char *out, size_t size)
{
	size_t n = 0;
	int count = 0;

	*out = '\0';
	for (const struct xmlrpc_value *v = list; v && n + 8 < size; v = v->next) {
		if (!v->text)
			continue;
		n += (size_t)snprintf(out + n, size - n, "%s",
				      count == 0   ? ""
				      : count == 1 ? " ("
						   : ", ");
		count++;
		/* 2 bytes are kept for the bracket */
		n += log_escape(out + n, size - n - 2, v->text, strlen(v->text));
		if (n > size - 3)
			n = strlen(out);
	}
	if (count > 1)
		(void)snprintf(out + n, size - n, ")");
}

static int failure(struct xapi *x, const struct xmlrpc_value *reply, char *why,
		   size_t size)
{
	const struct xmlrpc_value *list = xmlrpc_member(reply, "ErrorDescription");
	const char *code = list ? xmlrpc_string(list->child) : NULL;
	char text[REASON_MAX - 64];

	if (!code) {
		(void)snprintf(why, size, "XAPI's failure has no name");
		return -EBADMSG;
	}
	(void)snprintf(x->code, sizeof(x->code), "%s", code); /* those known fit */
	describe(list->child, text, sizeof(text));
	if (strcmp(code, "HOST_IS_SLAVE") == 0)
		(void)snprintf(why, size,
			       "this host is not the master of its pool, and its XAPI "
			       "refuses the call: %s",
			       text);
	else
		(void)snprintf(why, size, "XAPI says %s", text);
	return code_errno(code);
}

/* Is the reply a success?  @reply is borrowed. */
static int judge(struct xapi *x, const struct xmlrpc_value *reply, bool fault, char *why,
		 size_t size)
{
	const char *status = xmlrpc_member_string(reply, "Status");

	if (fault) {
		char text[REASON_MAX - 64] = "";
		const char *said = xmlrpc_member_string(reply, "faultString");

		(void)log_escape(text, sizeof(text), said ? said : "?", /* cut is fine */
				 strlen(said ? said : "?"));
		(void)snprintf(why, size, "XAPI does not take the request: %s", text);
		return -EREMOTEIO;
	}
	if (status && strcmp(status, "Failure") == 0)
		return failure(x, reply, why, size);
	if (!status || strcmp(status, "Success") != 0 || !xmlrpc_member(reply, "Value")) {
		(void)snprintf(why, size, "XAPI's answer has neither value nor failure");
		return -EBADMSG;
	}
	return 0;
}

/* One request with all its parameters. */
static int request(struct xapi *x, const char *method, const struct xmlrpc_param *params,
		   size_t count, bool once, struct xmlrpc_value **ret_reply, char *why,
		   size_t size)
{
	autofree char *body = NULL, *answer = NULL;
	autoxmlrpc struct xmlrpc_value *reply = NULL;
	size_t len;
	bool fault;
	int r;

	x->code[0] = '\0';
	r = xmlrpc_call(method, params, count, &body, &len);
	if (r < 0) {
		(void)snprintf(why, size, "a value cannot be sent: %s",
			       r == -EINVAL ? "it has control bytes, or is not UTF-8"
					    : strerror(-r));
		return r;
	}
	r = xapi_conn_post(&x->conn, body, len, once, &answer, &len, why, size);
	if (r < 0)
		return r;
	r = xmlrpc_parse(answer, len, &reply, &fault);
	if (r < 0) {
		(void)snprintf(why, size, "what XAPI answered is not XML-RPC");
		return r;
	}
	r = judge(x, reply, fault, why, size);
	if (r == 0)
		*ret_reply = steal_ptr(reply);
	return r;
}

#define LOGIN "session.login_with_password"

/* User and password are those of the socket: root.  The fourth names us, so that XAPI
 * counts our sessions apart (2014); old servers know only the first two. */
static int ask_session(struct xapi *x, struct xmlrpc_value **ret_reply, char *why,
		       size_t size)
{
	static const struct xmlrpc_param params[] = {
		{ .text = "" }, { .text = "" }, { .text = "" }, { .text = "eliloader" }
	};
	/* once: a login that is sent twice leaves a session behind */
	int r = request(x, LOGIN, params, 4, true, ret_reply, why, size);

	if (r < 0 && strcmp(x->code, "MESSAGE_PARAMETER_COUNT_MISMATCH") == 0)
		r = request(x, LOGIN, params, 2, true, ret_reply, why, size);
	return r;
}

/* What the guard sends when a signal comes. */
static int prepare_logout(struct xapi *x)
{
	struct xmlrpc_param param = { .text = x->session };
	autofree char *body = NULL;
	size_t len;
	int r = xmlrpc_call("session.logout", &param, 1, &body, &len);

	if (r < 0)
		return r;
	r = xapi_conn_format(body, len, true, &x->logout, &len);
	if (r == 0)
		xapi_guard_set(x->conn.path, x->logout, len);
	return r;
}

static void forget_session(struct xapi *x)
{
	xapi_guard_clear();
	free(x->logout);
	free(x->session);
	x->logout = NULL;
	x->session = NULL;
}

static int keep_session(struct xapi *x, const struct xmlrpc_value *reply, char *why,
			size_t size)
{
	const char *session = xmlrpc_member_string(reply, "Value");

	if (!session || !*session) {
		(void)snprintf(why, size, "XAPI's answer is no session");
		return -EBADMSG;
	}
	x->session = strdup(session);
	if (!x->session || prepare_logout(x) < 0) {
		(void)snprintf(why, size, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	return 0;
}

static int login(struct xapi *x, char *why, size_t size)
{
	autoxmlrpc struct xmlrpc_value *reply = NULL;
	sigset_t old;
	int r;

	if (x->logins >= XAPI_LOGINS_MAX) {
		(void)snprintf(why, size, "XAPI has forgotten %u sessions of ours",
			       x->logins);
		return -EACCES;
	}
	x->logins++;
	xapi_guard_hold(&old);
	r = ask_session(x, &reply, why, size);
	if (r == 0)
		r = keep_session(x, reply, why, size);
	xapi_guard_release(&old);
	return r;
}

/* "VM.get_record for VM 0123: XAPI says ..." */
static void name_call(const struct xapi *x, const char *method, const char *reason,
		      char *why, size_t size)
{
	(void)snprintf(why, size, "%s for %s: %s", method, x->subject, reason);
}

int xapi_call(struct xapi *x, const char *method, const struct xmlrpc_param *params,
	      size_t count, struct xmlrpc_value **ret_reply, char *why, size_t size)
{
	autoxmlrpc struct xmlrpc_value *reply = NULL;
	struct xmlrpc_param all[1 + XAPI_PARAMS_MAX] = { 0 };
	char reason[REASON_MAX] = "";
	int r;

	if (count > 0)
		memcpy(all + 1, params, count * sizeof(*params));
	do {
		if (!x->session) {
			r = login(x, reason, sizeof(reason));
			if (r < 0) {
				name_call(x, LOGIN, reason, why, size);
				return r;
			}
		}
		all[0].text = x->session;
		r = request(x, method, all, count + 1, false, &reply, reason,
			    sizeof(reason));
		if (r < 0 && strcmp(x->code, "SESSION_INVALID") == 0)
			forget_session(x);
	} while (!x->session);
	if (r < 0)
		name_call(x, method, reason, why, size);
	else if (ret_reply)
		*ret_reply = steal_ptr(reply);
	return r;
}

void xapi_close(struct xapi *x)
{
	if (x->session) {
		struct xmlrpc_param param = { .text = x->session };
		autoxmlrpc struct xmlrpc_value *reply = NULL;
		char why[REASON_MAX];

		if (x->conn.timeout_s > XAPI_LOGOUT_S)
			x->conn.timeout_s = XAPI_LOGOUT_S;
		/* what we came for has been done, or has failed: nothing hangs on it */
		(void)request(x, "session.logout", &param, 1, false, &reply, why,
			      sizeof(why));
	}
	forget_session(x);
	xapi_conn_close(&x->conn);
}
