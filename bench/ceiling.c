/* The most that durable receipts can be on this machine: one epoll loop that appends every body to a file and answers all that
   came in one turn after one fdatasync. It checks nothing and knows no repeats.

   cc -O2 -o ceiling ceiling.c; ./ceiling PORT FILE */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define MOST 1024
#define ROOM 65536
static const char ANSWER[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
static struct { char bytes[ROOM]; size_t held; } peers[MOST];

/* 1 if a whole request lies there: its body is appended to `file`. */
static int take(int peer, int file) {
    char *begin = peers[peer].bytes, *end, *length;
    begin[peers[peer].held] = 0;
    if (!(end = strstr(begin, "\r\n\r\n")) || !(length = strcasestr(begin, "\r\ncontent-length:")))
        return 0;
    size_t body = strtoul(length + 17, NULL, 10);
    if (begin + peers[peer].held < end + 4 + body)
        return 0;
    if (write(file, end + 4, body) != (ssize_t)body)
        exit(1);
    peers[peer].held = 0;
    return 1;
}

int main(int count, char **words) {
    if (count != 3)
        return 2;
    int one = 1, door = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
    int file = open(words[2], O_CREAT | O_TRUNC | O_APPEND | O_WRONLY, 0600);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(atoi(words[1])), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    setsockopt(door, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (file < 0 || bind(door, (struct sockaddr *)&at, sizeof at) || listen(door, MOST))
        return 1;
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = door}, found[MOST];
    epoll_ctl(poll, EPOLL_CTL_ADD, door, &wanted);
    for (;;) {
        int ready = epoll_wait(poll, found, MOST, -1), whole[MOST], many = 0;
        for (int i = 0; i < ready; i++) {
            int peer = found[i].data.fd;
            if (peer == door) {
                peer = accept(door, NULL, NULL);
                if (peer < 0 || peer >= MOST) {
                    close(peer);
                    continue;
                }
                setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                peers[peer].held = 0;
                wanted.data.fd = peer;
                epoll_ctl(poll, EPOLL_CTL_ADD, peer, &wanted);
                continue;
            }
            ssize_t got = read(peer, peers[peer].bytes + peers[peer].held, ROOM - 1 - peers[peer].held);
            if (got <= 0) {
                close(peer);
                continue;
            }
            peers[peer].held += got;
            if (take(peer, file))
                whole[many++] = peer;
        }
        if (many)
            fdatasync(file);
        for (int i = 0; i < many; i++)
            if (write(whole[i], ANSWER, sizeof ANSWER - 1) < 0)
                close(whole[i]);
    }
}
