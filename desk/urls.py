"""Where the composed pages are."""

from django.urls import path

from desk.views import (
    board,
    documents,
    front,
    home,
    labels,
    letters,
    live,
    machines,
    people,
    signing,
)

app_name = "desk"
urlpatterns = [
    path("", home.home, name="home"),
    path("board/", board.board, name="board"),
    path("machines/", machines.machines, name="machines"),
    path("machines/<slug:slug>/", machines.machine, name="machine"),
    path("machines/<slug:slug>/week/", machines.machine_week, name="machine_week"),
    path("labels/", labels.labels, name="labels"),
    path("people/", people.people, name="people"),
    path("people/<uuid:public_id>/", people.person, name="person"),
    path("people/<uuid:public_id>/hold/", people.hold_place, name="hold_place"),
    path("people/<uuid:public_id>/badge/", people.badge_issue, name="badge_issue"),
    path("people/<uuid:public_id>/plan/", people.membership_start, name="membership_start"),
    path("people/<uuid:public_id>/sign/<slug:slug>/", signing.paper_sign, name="paper_sign"),
    path("memberships/<int:pk>/end/", people.membership_end, name="membership_end"),
    path("holds/<int:pk>/lift/", people.hold_lift, name="hold_lift"),
    path("badges/<int:pk>/revoke/", people.badge_revoke, name="badge_revoke"),
    path("desk/", front.front, name="front"),
    path("desk/letters/", letters.kinds, name="letters"),
    path("desk/letters/<slug:kind>/", letters.letter, name="letter"),
    path("desk/letters/<slug:kind>/html/", letters.letter_html, name="letter_html"),
    path("desk/outbox/", letters.outbox, name="outbox"),
    path("desk/outbox/<int:pk>/again/", letters.message_again, name="message_again"),
    path("desk/outbox/<int:pk>/drop/", letters.message_drop, name="message_drop"),
    path("documents/", documents.document_list, name="document_list"),
    path("documents/new/", documents.document_write, name="document_new"),
    path("documents/<slug:slug>/write/", documents.document_write, name="document_write"),
    path("documents/<slug:slug>/<int:number>/", documents.document_show, name="document_show"),
    path("sign/", signing.signing, name="signing"),
    path("sign/<slug:slug>/<uuid:public_id>/", signing.document_sign, name="document_sign"),
    path("live/", live.live, name="live"),
]
