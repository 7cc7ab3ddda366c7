"""A broker's dynamic security, as far as it lists and obeys; the real one is tried elsewhere."""

from copy import deepcopy

ALLOWING = {
    "publishClientSend": False,
    "publishClientReceive": True,
    "subscribe": False,
    "unsubscribe": True,
}
LISTS = {"listClients": "clients", "listRoles": "roles", "listGroups": "groups"}


class Plugin:
    """As mosquitto_ctrl leaves it: an administrator, and default access that lets all be heard."""

    def __init__(self):
        self.defaults = dict(ALLOWING)
        self.clients = {"admin": {"username": "admin", "roles": [{"rolename": "admin"}]}}
        self.roles = {"admin": {"rolename": "admin", "acls": []}}
        self.groups = {}
        self.passwords, self.kicked, self.said, self.refuses = {}, [], [], {}

    def ask(self, commands):
        self.said.extend(commands)
        return [self._one(dict(command)) for command in commands]

    def _one(self, command):
        name = command.pop("command")
        about = command.get("username", command.get("rolename"))
        if about in self.refuses:
            return {"command": name, "error": self.refuses[about]}
        if name in LISTS:
            return {"command": name, "data": self._page(LISTS[name], **command)}
        try:
            return {"command": name} | (getattr(self, f"_{name}")(**command) or {})
        except KeyError as error:
            return {"command": name, "error": f"{error} not found"}

    def _page(self, key, verbose, count, offset):
        rows = sorted(getattr(self, key).items())
        page = [deepcopy(row) for _name, row in rows[offset : offset + count]]
        return {"totalCount": len(rows), key: page}

    def _getDefaultACLAccess(self):
        acls = [{"acltype": kind, "allow": allow} for kind, allow in self.defaults.items()]
        return {"data": {"acls": acls}}

    def _setDefaultACLAccess(self, acls):
        self.defaults |= {acl["acltype"]: acl["allow"] for acl in acls}

    def _createRole(self, rolename, **fields):
        assert rolename not in self.roles
        self.roles[rolename] = {"rolename": rolename} | fields

    def _modifyRole(self, rolename, **fields):
        self.roles[rolename] |= fields

    def _deleteRole(self, rolename):
        del self.roles[rolename]
        for holder in (*self.clients.values(), *self.groups.values()):
            holder["roles"] = [r for r in holder["roles"] if r["rolename"] != rolename]

    def _createClient(self, username, **fields):
        assert username not in self.clients
        self.clients[username] = {"username": username, "roles": [], "groups": []}
        self._modifyClient(username, **fields)

    def _modifyClient(self, username, password=None, **fields):
        assert all(role["rolename"] in self.roles for role in fields.get("roles", []))
        self.clients[username] |= fields
        if password is not None:
            self.passwords[username] = password
        self.kicked.append(username)

    def _deleteClient(self, username):
        del self.clients[username]
        self.kicked.append(username)

    def _enableClient(self, username):
        del self.clients[username]["disabled"]

    def _removeClientRole(self, username, rolename):
        self._drop(self.clients[username], rolename)

    def _removeGroupRole(self, groupname, rolename):
        self._drop(self.groups[groupname], rolename)

    def _drop(self, holder, rolename):
        holder["roles"] = [role for role in holder["roles"] if role["rolename"] != rolename]
